#pragma once

#include <string_view>

namespace limn {

/// What a comparison's page adds to html_style. --n is the number of columns.
inline constexpr std::string_view comparison_style = R"css(
main{max-width:none;padding-top:1.5rem}
.comparison{max-width:calc(var(--n)*30rem + 6rem);margin:0 auto}
.comparison h1{margin:0}
.comparison h2{font-size:1rem;line-height:1.4;letter-spacing:0}
.columns{display:grid;grid-template-columns:repeat(var(--n),minmax(0,1fr));column-gap:2rem}
.names{position:sticky;top:0;z-index:1;margin-top:1rem;padding:.375rem 0;background:var(--page);border-bottom:1px solid var(--line);font-size:1.125rem;font-weight:650;line-height:1.3}
.figures dl{margin:.375rem 0 0;display:grid;grid-template-columns:max-content minmax(2rem,8rem) max-content;column-gap:.75rem;align-items:center;font-size:.8125rem;line-height:1.6}
.figures dl div{display:contents}
.figures dt{color:var(--soft)}
.figures dd{margin:0}
.figures .thin{display:block;width:auto;height:.375rem;background:none}
.figures .thin span{min-width:1px;-webkit-print-color-adjust:exact;print-color-adjust:exact}
.figures .share .thin{background:var(--line)}
.figures .share .number{font-weight:650}
.model{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.comparison .legend{justify-content:flex-start;margin-top:.75rem}

.comparison section{scroll-margin-top:3.5rem}
.comparison section,.comparison section+section{margin-top:.625rem;padding-top:.5rem;border-top:1px solid var(--line)}
.names+.figures+.legend+section{margin-top:.75rem}
.asked{display:flex;align-items:baseline;justify-content:space-between;gap:.25rem 1rem}
.asked h2{overflow:hidden;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;line-clamp:2}
.asked .facts{flex:none;max-width:45%}
.differ{color:var(--ink);font-weight:600}
.method{font-size:.8125rem;color:var(--soft);margin-top:.375rem}
.columns+.method{margin-top:.875rem}
.cell{margin:.125rem 0 0;min-width:0}
.cell>summary{display:block;width:auto;font-size:.875rem;color:var(--ink);list-style:none}
.cell>summary::-webkit-details-marker{display:none}
.cell>summary:focus-visible{outline:2px solid var(--ink);outline-offset:3px}
.cell>summary:hover .answer{text-decoration:underline;text-decoration-thickness:1px;text-underline-offset:.2em}
.said{display:flex;align-items:baseline;gap:.5rem;line-height:1.5}
.answer{min-width:0;overflow:hidden;white-space:nowrap;text-overflow:ellipsis;font-size:1.0625rem;font-weight:650}
.none .answer{font-weight:400;font-style:italic;color:var(--soft)}
.said .number{color:var(--soft)}
.said .kind{flex:none;margin:0;font-size:.8125rem}
.said .chance{margin-left:auto;flex:none;gap:.5rem}
.said .chance .number{min-width:3rem;text-align:right}
.said .thin{flex:none;width:4rem;align-self:center}
.none .thin span{background:var(--soft)}
.verdict-right,.verdict-wrong{flex:none;font-weight:650;color:rgb(var(--for))}
.verdict-wrong{color:rgb(var(--against))}
.excerpt{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;line-clamp:2;overflow:hidden;line-height:1.6;padding:0 3px;margin:0 -3px;unicode-bidi:isolate}
.excerpt .span::after{content:none}
.excerpt .span{padding:0 2px;margin:0;box-shadow:inset 0 0 0 1.5px var(--ink)}
.excerpt .span.other{box-shadow:none}
.cell[open] .excerpt{display:none}
.cell[open]>summary .answer{white-space:normal}
.cell .texts{margin:.5rem 0}
.cell .text{font-size:.9375rem;line-height:1.65}
.cell .sentence{margin-top:.5rem;font-size:.875rem}
.correlations{margin-top:2rem}
.correlations table{width:auto;min-width:min(40rem,100%)}
.correlations tbody th{max-width:none}
.correlations tbody td:nth-child(2){width:25%}
.failed{font-weight:600}

@media (max-width:40rem){
.names{display:none}
.columns{grid-template-columns:minmax(0,1fr);row-gap:.5rem}
.model{display:block;position:static;width:auto;height:auto;clip-path:none;white-space:normal;font-size:.8125rem;font-weight:650}
.figures{margin-top:.75rem}
.figures .model{font-size:1rem}
.asked{display:block}
.asked .facts{max-width:none}
.cell .model{font-weight:400;color:var(--soft)}
.cell:not([open]) .answer{white-space:normal;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;line-clamp:2}
.said .thin{width:2.5rem}
.correlations tbody td:nth-child(2){display:none}
.correlations thead td{display:none}
}
@media print{.comparison .cell{display:block}.names{position:static}}
)css";

}  // namespace limn
