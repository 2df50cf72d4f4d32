// A style sheet as text, because a constructed sheet is what a page's CSP lets us have.
export default `
:host{all:initial!important;position:fixed!important;z-index:2147483000!important;right:0!important;bottom:0!important;color-scheme:light dark!important;--side:max(var(--x),env(safe-area-inset-right))}
:host([data-side=left]){left:0!important;right:auto!important;--side:max(var(--x),env(safe-area-inset-left))}
[hidden],:host([data-bare]) button{display:none!important}
button{all:unset;box-sizing:border-box;position:fixed;right:var(--side);bottom:calc(max(var(--y),env(safe-area-inset-bottom)) + var(--lift,0px));width:56px;height:56px;border-radius:50%;display:grid;place-items:center;background:var(--brand);color:var(--on-brand);cursor:pointer;box-shadow:0 4px 16px rgb(0 0 0/.22),0 0 0 1px rgb(255 255 255/.25),inset 0 0 0 1px var(--outline);-webkit-tap-highlight-color:transparent;transition:bottom .15s}
:host([data-side=left]) button{right:auto;left:var(--side)}
button:focus-visible{outline:3px solid var(--on-brand);outline-offset:-6px}
svg{width:26px;height:26px;fill:none;stroke:currentColor;stroke-width:1.9;stroke-linejoin:round;stroke-linecap:round}
span{position:absolute;top:-4px;right:-4px;box-sizing:border-box;min-width:22px;height:22px;padding:0 6px;border-radius:11px;background:#b3261e;color:#fff;font:600 12px/22px system-ui,sans-serif;text-align:center;box-shadow:0 0 0 2px #fff}
p{position:fixed;width:1px;height:1px;margin:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.window{position:fixed;right:var(--side);bottom:calc(var(--y) + 68px);width:min(384px,calc(100vw - 2*var(--x)));height:min(640px,calc(100dvh - var(--y) - 88px));border-radius:16px;overflow:hidden;background:Canvas;box-shadow:0 16px 48px rgb(0 0 0/.24),0 2px 8px rgb(0 0 0/.12)}
:host([data-side=left]) .window{right:auto;left:var(--side)}
.window:not([data-ready]):has(iframe)::before{content:"";display:block;height:56px;background:var(--brand);box-shadow:inset 0 -1px var(--outline)}
iframe{position:absolute;inset:0;width:100%;height:100%;border:0;opacity:0;color-scheme:normal}
[data-ready] iframe{opacity:1}
a{display:block;padding:24px;font:16px/1.5 system-ui,sans-serif;color:LinkText}
:host .window[data-wide]{inset:0;width:100%;height:100dvh;border-radius:0}[data-wide]~button{display:none}
@media (max-width:500px),(max-height:420px){:host .window{inset:var(--top,0) 0 auto;box-sizing:border-box;width:100%;height:var(--height,100dvh);padding:env(safe-area-inset-top) env(safe-area-inset-right) env(safe-area-inset-bottom) env(safe-area-inset-left);border-radius:0;background:linear-gradient(var(--brand) 50%,Canvas 0)}.window[data-keyboard]{padding-bottom:0!important}iframe{position:static}.window:not([data-ready]){background:Canvas}}
@media (prefers-reduced-motion:reduce){button{transition:none}}
@media print{:host{display:none!important}}
@media (forced-colors:active){button{border:2px solid ButtonText;background:ButtonFace;color:ButtonText}span{border:1px solid;background:Canvas;color:CanvasText;line-height:20px}.window{border:1px solid CanvasText}button:focus-visible{outline:3px solid Highlight;outline-offset:3px}}
`;
