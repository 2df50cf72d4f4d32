import assert from "node:assert/strict";
import { test } from "node:test";
import { readCard } from "./vcard";

test("who it is and how to reach them", () => {
  const text = [
    "BEGIN:VCARD",
    "VERSION:3.0",
    "N:Kim;Hana;;;",
    "FN:김하나",
    "ORG:Haru\\, Coffee;Roastery",
    "item1.TEL;waid=821012345678;type=CELL:+82 10-1234-5678",
    "TEL;VALUE=uri:tel:+82-2-123",
    "EMAIL;type=INTERNET:hana@exa",
    " mple.com",
    "END:VCARD",
    "BEGIN:VCARD",
    "FN:Somebody else",
    "END:VCARD",
  ].join("\r\n");
  assert.deepEqual(readCard(text), {
    name: "김하나",
    phones: ["+82 10-1234-5678", "+82-2-123"],
    mails: ["hana@example.com"],
    organisation: "Haru, Coffee Roastery",
  });
});

test("without a whole name by its parts; what is no card is none", () => {
  assert.equal(readCard("BEGIN:VCARD\nN:Kim;Hana\nEND:VCARD")?.name, "Kim Hana");
  assert.equal(readCard("no card at all"), null);
  assert.equal(readCard("BEGIN:VCARD\nNOTE:x\nEND:VCARD"), null);
});
