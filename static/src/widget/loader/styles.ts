// A style sheet as text, because a constructed sheet is what a page's CSP lets us have.
export default `
:host{all:initial!important;position:fixed!important;z-index:2147483000!important;right:0!important;bottom:0!important;color-scheme:light dark!important;--edge:20px}
:host([data-side=left]){left:0!important;right:auto!important}
[hidden]{display:none!important}
button{all:unset;box-sizing:border-box;position:fixed;right:max(var(--edge),env(safe-area-inset-right));bottom:calc(max(var(--edge),env(safe-area-inset-bottom)) + var(--lift,0px));width:56px;height:56px;border-radius:50%;display:grid;place-items:center;background:var(--brand);color:var(--on-brand);cursor:pointer;box-shadow:0 4px 16px rgb(0 0 0/.22),0 0 0 1px rgb(255 255 255/.25);-webkit-tap-highlight-color:transparent;transition:bottom .15s}
:host([data-side=left]) button{right:auto;left:max(var(--edge),env(safe-area-inset-left))}
button:focus-visible{outline:3px solid var(--on-brand);outline-offset:-6px}
svg{width:26px;height:26px;fill:none;stroke:currentColor;stroke-width:1.9;stroke-linejoin:round;stroke-linecap:round}
span{position:absolute;top:-4px;right:-4px;box-sizing:border-box;min-width:22px;height:22px;padding:0 6px;border-radius:11px;background:#b3261e;color:#fff;font:600 12px/22px system-ui,sans-serif;text-align:center;box-shadow:0 0 0 2px #fff}
.window{position:fixed;right:max(var(--edge),env(safe-area-inset-right));bottom:calc(var(--edge) + 56px + 12px);width:min(384px,calc(100vw - 2*var(--edge)));height:min(640px,calc(100dvh - 2*var(--edge) - 68px));border-radius:16px;overflow:hidden;background:Canvas;box-shadow:0 16px 48px rgb(0 0 0/.24),0 2px 8px rgb(0 0 0/.12)}
:host([data-side=left]) .window{right:auto;left:max(var(--edge),env(safe-area-inset-left))}
.window:not([data-ready])::before{content:"";display:block;height:56px;background:var(--brand)}
iframe{position:absolute;inset:0;width:100%;height:100%;border:0;opacity:0;color-scheme:normal}
[data-ready] iframe{opacity:1}
a{display:block;padding:24px;font:16px/1.5 system-ui,sans-serif;color:LinkText}
@media (max-width:500px),(max-height:420px){.window{inset:0!important;width:100%;height:100dvh;border-radius:0}}
@media (prefers-reduced-motion:reduce){button{transition:none}}
@media print{:host{display:none!important}}
@media (forced-colors:active){button{border:2px solid ButtonText}}
`;
