// What a shop's own page would do: say who is looking, without proof. The proof stands in the script tag, if there is one.
(self.Parley = self.Parley || []).push((parley) => {
  const { name } = document.body.dataset;
  if (name) parley.setClaims({ name });
});
