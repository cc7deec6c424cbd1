#pragma once

#include <string_view>

namespace limn {

/// The style sheet of a page. The colours of heat come from the palette as custom properties.
inline constexpr std::string_view html_style = R"css(
*{box-sizing:border-box}
:root{color-scheme:light dark;--ink:#161616;--soft:#5e5e5e;--line:#d9d9d9}
@media (prefers-color-scheme:dark){:root{--ink:#e9e9e9;--soft:#a2a2a2;--line:#3a3a3a}}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Noto Sans",sans-serif;overflow-wrap:anywhere}
main{max-width:36rem;margin:0 auto;padding:2.5rem 1.25rem 6rem}
h1{margin:0 0 1.25rem;font-size:1rem;font-weight:600}
h2{margin:0;font-size:1.875rem;line-height:1.25;font-weight:650;letter-spacing:-.01em}
h2.long{font-size:1.25rem;letter-spacing:0}
h3{margin:0 0 .375rem;font-size:.8125rem;font-weight:400;color:var(--soft)}
p{margin:0}
a{color:inherit;text-decoration:none}
bdi{unicode-bidi:isolate}
.number,td{font-variant-numeric:tabular-nums;white-space:nowrap}

nav ol{list-style:none;margin:0 0 4rem;padding:0}
nav a{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr) 3.5rem;column-gap:1rem;align-items:baseline;padding:.25rem 0}
nav .said{font-weight:600}
nav bdi{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;line-clamp:2;overflow:hidden}
nav .number{text-align:right;color:var(--soft)}
nav a:hover .said{text-decoration:underline}

section{scroll-margin-top:1.5rem}
section+section{margin-top:4rem;padding-top:3rem;border-top:1px solid var(--line)}
.verdict{display:flex;flex-wrap:wrap;align-items:baseline;gap:.125rem 1rem}
.kind{margin-right:.4em;font-size:1rem;font-weight:600;letter-spacing:.04em;color:var(--soft)}
.chance{display:flex;align-items:center;gap:.625rem}
.thin{width:7rem;height:3px;background:var(--line)}
.thin span,.bar span{display:block;height:100%;width:calc(var(--v)*100%);background:rgb(var(--for))}
.facts,.legend,.where,.switch,.f,summary{font-size:.8125rem;color:var(--soft)}
.instead,.warning{margin-top:.5rem;font-weight:600}

.texts{margin:1.5rem 0 1.25rem}
.text{white-space:pre-wrap;unicode-bidi:isolate;line-height:1.75}
.text+.text{margin-top:.75rem}
.question{font-size:1.125rem}
.w{color:var(--word);background:rgb(var(--for)/var(--a,0));border-radius:2px;padding:.1em 0;-webkit-box-decoration-break:clone;box-decoration-break:clone;-webkit-print-color-adjust:exact;print-color-adjust:exact;forced-color-adjust:none}
.w.n{background:rgb(var(--against)/var(--a,0));text-decoration:underline dotted 1px;text-underline-offset:.25em}
.w.x{color:var(--light-flip)}
@media (prefers-color-scheme:dark){.w.x{color:var(--word)}.w.y{color:var(--dark-flip)}}
.pieces .w{margin-left:1px}
.special{font-size:.8125rem}
.unread{color:var(--soft)}
.span{background:none;color:inherit;padding:.1em 3px;margin:0 1px;border-radius:4px;box-shadow:0 0 0 2px var(--ink);-webkit-box-decoration-break:clone;box-decoration-break:clone}
.span::after{content:attr(data-label);margin-left:.5em;font-size:.6875rem;font-weight:600;letter-spacing:.02em;color:var(--ink)}
.span.other{box-shadow:none;outline:1px dashed var(--soft);outline-offset:-1px}
.span.other::after{font-weight:400;color:var(--soft)}
.pieces{display:none}
section:has(.switch input:checked) .pieces{display:block}
section:has(.switch input:checked) .words{display:none}
.w:focus{outline:2px solid var(--ink);outline-offset:2px}
.w.lit{box-shadow:0 0 0 2px var(--soft)}
.bars .lit .label{text-decoration:underline}

.legend{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:.25rem 1.5rem}
.range{display:flex;align-items:center;gap:.5rem}
.scale{width:8rem;height:.625rem;-webkit-print-color-adjust:exact;print-color-adjust:exact;forced-color-adjust:none;background:linear-gradient(to right,rgb(var(--for)/0),rgb(var(--for)/var(--most)))}
.range.both .scale{background:linear-gradient(to right,rgb(var(--against)/var(--most)),rgb(var(--against)/0) 50%,rgb(var(--for)/0) 50%,rgb(var(--for)/var(--most)))}
.switch{display:inline-flex;align-items:center;gap:.375rem;cursor:pointer}
.switch input{margin:0;accent-color:var(--soft)}

.strongest{margin-top:1.75rem;display:grid;gap:1.25rem 2.5rem}
.strongest.apart{grid-template-columns:repeat(auto-fit,minmax(min(15rem,100%),1fr))}
.bars{list-style:none;margin:0;padding:0}
.bars li{display:grid;grid-template-columns:minmax(0,9rem) minmax(0,1fr) 4.5rem auto;column-gap:.75rem;align-items:center;line-height:1.75}
.apart .bars li{grid-template-columns:minmax(0,6rem) minmax(0,1fr) 4.5rem}
.bars .label{overflow:hidden;text-align:left;text-overflow:ellipsis;white-space:nowrap}
.bars .number{text-align:right}
.bars .where{min-width:3.75rem}
.bar{height:.625rem;-webkit-print-color-adjust:exact;print-color-adjust:exact}
.bar span{min-width:1px}
.against span{background:rgb(var(--against))}
.sentence{margin-top:1.25rem}

details{margin-top:1rem}
summary{cursor:pointer;width:max-content;max-width:100%}
table{width:100%;border-collapse:collapse;margin-top:.5rem;font-size:.8125rem;line-height:1.5}
caption{text-align:left;color:var(--soft)}
th{font-weight:400;text-align:left;vertical-align:baseline}
thead th{color:var(--soft)}
td,th{padding:0 .75rem 0 0}
tbody td,th:not(:first-child){text-align:right}
td:last-child,th:last-child{padding-right:0}
tbody th{max-width:10rem;unicode-bidi:isolate}
tbody td:nth-child(2){width:50%}
tbody td:nth-child(2)::before{content:"";display:block;height:.625rem;min-width:1px;width:calc(var(--v)*100%);background:rgb(var(--for));-webkit-print-color-adjust:exact;print-color-adjust:exact}
.both td:nth-child(2)::before{width:calc(var(--v)*50%);margin-left:50%}
.both .n td:nth-child(2)::before{margin-left:calc(50% - var(--v)*50%);background:rgb(var(--against))}
.special th{color:var(--soft)}

#tip{position:fixed;z-index:1;left:0;top:0;max-width:min(20rem,calc(100vw - 1rem));padding:.375rem .625rem;border-radius:4px;background:var(--ink);color:var(--page);font-size:.8125rem;line-height:1.5;white-space:pre-line;pointer-events:none;visibility:hidden;opacity:0}
#tip.shown{visibility:visible;opacity:1}
@media (prefers-reduced-motion:no-preference){#tip{transition:opacity .1s}}

@media (max-width:30rem){
main{padding:1.5rem 1rem 4rem}
h2{font-size:1.5rem}
h2.long{font-size:1.1875rem}
nav a{grid-template-columns:minmax(0,1fr) auto}
nav .asked{grid-column:1/-1;color:var(--soft)}
.bars li{grid-template-columns:minmax(0,7rem) minmax(0,1fr) auto}
.bars .where{display:none}
tbody td:nth-child(2){width:40%}
}
@media print{main{max-width:none;padding:0}nav,details,.switch{display:none}section{break-inside:avoid}}
)css";

}  // namespace limn
