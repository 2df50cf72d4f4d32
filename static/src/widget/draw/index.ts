// Under the names by which the views ask for Preact: `build.mjs` puts this file in the place of its three.
export { Fragment, jsx, jsxs, render } from "./draw";
export { useEffect, useLayoutEffect, useMemo, useRef, useState } from "./hooks";
