/// How a page looks: light and dark, on paper, and from 320 px on. Charts bring their own colours.
package enum PageStyle {
    package static let css = """
        :root{color-scheme:light dark;--paper:#fbfbf9;--card:#fff;--ink:#1c1d21;--soft:#565a63;--line:#dedfe3;--wash:#f1f2f4;\
        --good:#00674b;--good-wash:#e4f3ee;--bad:#a8330a;--bad-wash:#fcebe3;--warning:#6f5200;--warning-wash:#fbf2d8;\
        --link:#00539b;--focus:#00539b;--gap:clamp(1rem,3vw,2rem)}
        @media (prefers-color-scheme:dark){:root{--paper:#131418;--card:#1b1d22;--ink:#ecedef;--soft:#a7abb4;--line:#34373f;\
        --wash:#24262d;--good:#5fcfa9;--good-wash:#132b24;--bad:#ff9a6e;--bad-wash:#35190e;--warning:#e6c65c;--warning-wash:#2c2510;\
        --link:#7fbdf2;--focus:#9dd0ff}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
        body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,\
        "Helvetica Neue","Noto Sans","Liberation Sans",Arial,sans-serif;overflow-wrap:anywhere}
        main,.top,footer{max-width:1000px;margin:0 auto;padding:0 var(--gap)}
        a{color:var(--link)}
        :focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:3px}
        h1,h2,h3{line-height:1.2;text-wrap:balance;margin:0}
        p{margin:.6em 0}
        .unseen,.skip:not(:focus){position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
        .skip:focus{position:absolute;left:1rem;top:.5rem;background:var(--card);padding:.5rem 1rem;z-index:2}
        .top{display:flex;flex-wrap:wrap;gap:.2rem 1.5rem;justify-content:space-between;padding-top:1.1rem;padding-bottom:.6rem;\
        color:var(--soft);font-size:.9rem}
        .top p{margin:0}.top strong{color:var(--ink);letter-spacing:.02em}
        .subject{font-weight:600;color:var(--ink)}
        .verdict{--tone:var(--soft);--tone-wash:var(--wash);background:var(--card);border:1px solid var(--line);\
        border-top:6px solid var(--tone);border-radius:10px;padding:var(--gap);display:grid;\
        grid-template-columns:auto 1fr;gap:.5rem 1.1rem}
        .good{--tone:var(--good);--tone-wash:var(--good-wash)}
        .bad{--tone:var(--bad);--tone-wash:var(--bad-wash)}
        .warning{--tone:var(--warning);--tone-wash:var(--warning-wash)}
        .neutral{--tone:var(--soft);--tone-wash:var(--wash)}
        .mark{margin:0;width:3.2rem;height:3.2rem;border-radius:50%;display:grid;place-items:center;font-size:1.6rem;\
        line-height:1;background:var(--tone-wash);color:var(--tone);border:2px solid var(--tone)}
        .words{min-width:0;max-width:46rem}
        h1{font-size:clamp(1.5rem,4.6vw,2.3rem);letter-spacing:-.015em;color:var(--tone);padding-top:.15em}
        .sentence{font-size:1.06rem}
        .next{border-top:1px solid var(--line);padding-top:.7em;margin-top:.9em}
        .tiles{grid-column:1/-1;list-style:none;margin:.8rem 0 0;padding:0;display:grid;gap:.7rem;\
        grid-template-columns:repeat(auto-fit,minmax(min(100%,12.5rem),1fr))}
        .tile{border:1px solid var(--line);border-left:4px solid var(--tone);border-radius:6px;padding:.6rem .9rem;\
        background:var(--card);display:flex;flex-direction:column;min-width:0}
        .tile .label{font-size:.84rem;color:var(--soft)}
        .tile .number{font-size:1.5rem;line-height:1.25;font-variant-numeric:tabular-nums;letter-spacing:-.01em}
        .tile.bad .number,.tile.good .number{color:var(--tone)}
        .tile .detail{font-size:.84rem;color:var(--soft);font-variant-numeric:tabular-nums}
        .chips{grid-column:1/-1;display:flex;flex-wrap:wrap;gap:.3rem 1.4rem;margin:.9rem 0 0;padding:.9rem 0 0;\
        border-top:1px solid var(--line);font-size:.84rem}
        .chips div{display:flex;gap:.45rem;min-width:0}.chips dt{color:var(--soft);flex:none}.chips dd{margin:0;min-width:0}
        .contents ul{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;padding:0;margin:1.1rem 0 0;font-size:.9rem}
        .contents a{display:inline-block;padding:.25rem 0}
        .part{padding:clamp(1.6rem,4vw,2.6rem) 0 0}
        h2{font-size:1.45rem;letter-spacing:-.01em;padding-top:.9rem;border-top:1px solid var(--line)}
        h3{font-size:1.02rem;margin:1.5rem 0 .3rem}
        .part>p,.part>ul:not(.tiles){max-width:46rem}
        .lead{font-size:1.08rem}
        .nothing{color:var(--soft);background:var(--wash);border-radius:6px;padding:.8rem 1rem}
        .caution{background:var(--warning-wash);border-left:4px solid var(--warning);border-radius:4px;padding:.6rem .9rem}
        .scroll{overflow-x:auto;margin:.9rem 0}
        table{border-collapse:collapse;width:100%;font-size:.88rem;font-variant-numeric:tabular-nums}
        caption{text-align:left;color:var(--soft);padding:.2rem 0 .4rem}
        th,td{overflow-wrap:normal;text-align:left;vertical-align:top;padding:.38rem .8rem .38rem 0;border-bottom:1px solid var(--line);font-weight:400}
        thead th{color:var(--soft);font-size:.82rem;border-bottom:2px solid var(--line);white-space:nowrap}
        tbody th{font-weight:600}
        .n{text-align:right;white-space:nowrap}.w{min-width:11rem;overflow-wrap:anywhere}.w+.w{min-width:17rem}
        tbody th:not(.w),td:not(.w){white-space:nowrap}
        th:last-child,td:last-child{padding-right:0}
        .tone{display:inline-block;width:1.3em;color:var(--tone)}
        tr:target{background:var(--wash);outline:2px solid var(--focus)}
        .terms{display:grid;gap:0 2rem;margin:.8rem 0;font-size:.94rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr))}
        .terms div{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem;border-bottom:1px solid var(--line);padding:.38rem 0}
        .terms dt{color:var(--soft)}.terms dd{margin:0}
        .code{background:var(--wash);border:1px solid var(--line);border-radius:6px;padding:.8rem 1rem;overflow-x:auto;\
        font:.85rem/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;white-space:pre-wrap}
        figure{margin:1.3rem 0 0}
        figcaption{margin:0 0 .4rem;font-size:.94rem}
        figcaption span{color:var(--soft)}
        details{margin:.3rem 0 0;font-size:.9rem}
        summary{color:var(--link);cursor:pointer;width:fit-content;padding:.2rem 0}
        footer{color:var(--soft);font-size:.84rem;padding-top:2.2rem;padding-bottom:2.5rem}
        @media (max-width:560px){.verdict{grid-template-columns:1fr}.mark{width:2.6rem;height:2.6rem;font-size:1.3rem}\
        th,td{padding-right:.6rem}}
        @media print{@page{size:A4;margin:14mm 13mm}:root{--paper:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--wash:#f4f4f4;\
        --good:#00553e;--good-wash:#fff;--bad:#8f2a06;--bad-wash:#fff;--warning:#5c4400;--warning-wash:#fff;--link:#000}\
        html{font-size:12px}body{font-size:1rem}main,.top,footer{max-width:none;padding:0}.contents,.skip,.chart-data{display:none}\
        .verdict{padding:1rem}.tiles{grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr))}.tile .number{font-size:1.25rem}\
        .part{padding-top:1rem}figure,tr,.tile,.verdict,.caution,pre,.terms div{break-inside:avoid}h2,h3,figcaption,caption,thead{break-after:avoid}\
        .scroll{overflow:visible}.w,.w+.w{min-width:0}thead{display:table-header-group}a{text-decoration:none;color:inherit}\
        *{-webkit-print-color-adjust:exact;print-color-adjust:exact}}

        """
}
