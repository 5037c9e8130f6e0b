/// The style sheet of all charts: once in a page, or once in a standalone SVG.
///
/// Colours are custom properties of the root, so that a page can use them too (`--chart-stable`, `--chart-text` …). They were
/// chosen after Okabe and Ito (2008): told apart with any kind of colour vision, and at least 3:1 against the surface as lines
/// and 4.5:1 as text. Dashes and labels say the same, so black-and-white prints work.
package enum ChartStyle {
    package static let css = """
        :root{color-scheme:light dark;\(light)}
        @media (prefers-color-scheme:dark){:root{\(dark)}}
        @media print{:root{\(print)}}
        \(frame)
        \(marks)
        \(tables)

        """

    private static let light = """
        --chart-surface:#fff;--chart-text:#1b1f24;--chart-quiet:#59636e;--chart-grid:#e4e7eb;--chart-axis:#8b949e;\
        --chart-shade:#f3f5f8;--chart-hatch:#9aa3ad;\
        --chart-stable:#0072b2;--chart-canary:#c87400;--chart-harm:#c43d0c;--chart-safety:#009e73;--chart-neutral:#59636e;\
        --chart-stable-text:#00609a;--chart-canary-text:#935600;--chart-harm-text:#b3360b;--chart-safety-text:#00704f;\
        --chart-neutral-text:#4a535d
        """

    private static let dark = """
        --chart-surface:#14171c;--chart-text:#e6e9ed;--chart-quiet:#a0a8b3;--chart-grid:#2a3038;--chart-axis:#6b7580;\
        --chart-shade:#1c2027;--chart-hatch:#6b7580;\
        --chart-stable:#58aef0;--chart-canary:#f2a93b;--chart-harm:#ff7a50;--chart-safety:#35c496;--chart-neutral:#a0a8b3;\
        --chart-stable-text:#7cc0f5;--chart-canary-text:#f5ba61;--chart-harm-text:#ff9674;--chart-safety-text:#5ad3ad;\
        --chart-neutral-text:#bac1ca
        """

    private static let print = """
        color-scheme:light;--chart-surface:#fff;--chart-text:#000;--chart-quiet:#333;--chart-grid:#ddd;--chart-axis:#555;\
        --chart-shade:#f2f2f2;--chart-hatch:#888;\
        --chart-stable:#004b7a;--chart-canary:#a85f00;--chart-harm:#8f2600;--chart-safety:#00664a;--chart-neutral:#444;\
        --chart-stable-text:#000;--chart-canary-text:#000;--chart-harm-text:#000;--chart-safety-text:#000;\
        --chart-neutral-text:#000
        """

    /// Which of the two sizes is shown depends on the room that the picture has, not on the window's.
    private static let frame = """
        .chart-frame{container-type:inline-size;print-color-adjust:exact;-webkit-print-color-adjust:exact}
        .chart{display:block;width:100%;height:auto;overflow:visible;font:13px/1.3 system-ui,-apple-system,"Segoe UI",\
        Roboto,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums}
        .chart.wide{max-width:1040px}
        .chart.compact{display:none;max-width:460px}
        @container (max-width:719px){.chart.wide{display:none}.chart.compact{display:block}}
        @media print{.chart.wide{display:block!important}.chart.compact{display:none!important}}
        .chart-figure{margin:0 0 2.5rem;break-inside:avoid}
        .chart-figure figcaption{margin:0 0 .75rem;max-width:46rem}
        .chart-figure figcaption strong{display:block;margin-bottom:.15rem}
        .chart-figure figcaption span{color:var(--chart-quiet)}
        """

    /// t tick, q quiet, k small, d end label, c clipped, n nothing; g grid, x axis, z zero, y leader, u rule, w moment;
    /// l line, o dots, b band, be its edge, b2 denser band, i thin; s0 s1 steps; sy so symbols, br bar, iv ie interval, hl hatch; r? role, v? dashes.
    private static let marks = """
        .chart text{fill:var(--chart-text)}
        .chart .t,.chart .q,.chart .k,.chart .c{font-size:12px}
        .chart .t,.chart .q,.chart .n{fill:var(--chart-quiet)}
        .chart .m{text-anchor:middle}.chart .e{text-anchor:end}
        .chart .k,.chart .c,.chart .q,.chart .n{paint-order:stroke;stroke:var(--chart-surface);stroke-width:3px;\
        stroke-linejoin:round}
        .chart .c,.chart .d{font-weight:600}
        .chart .g,.chart .x,.chart .z,.chart .y,.chart .u,.chart .w,.chart .l,.chart .o,.chart .be,.chart .iv,.chart .ie{fill:none}
        .chart .g{stroke:var(--chart-grid)}
        .chart .x{stroke:var(--chart-axis)}
        .chart .z{stroke:var(--chart-axis)}
        .chart .y{stroke:var(--chart-axis);stroke-width:.75}
        .chart .u{stroke:var(--i);stroke-width:1.25;stroke-dasharray:2 3}
        .chart .w{stroke:var(--i);stroke-opacity:.75}
        .chart .l{stroke:var(--i);stroke-width:2;stroke-linejoin:round;stroke-linecap:butt}
        .chart .l.rc{stroke-dasharray:7 3}
        .chart .l.v1{stroke-dasharray:2 2.5}
        .chart .l.v2{stroke-dasharray:10 3 2 3}
        .chart .l.v3{stroke-dasharray:4 4}
        .chart .l.i{stroke-width:1.5}
        .chart .o{stroke:var(--i);stroke-width:5;stroke-linecap:round}
        .chart .b{fill:var(--i);fill-opacity:.14}
        .chart .be{stroke:var(--i);stroke-opacity:.8}
        .chart .be.rc{stroke-dasharray:7 3}
        .chart .b2{fill:var(--i);fill-opacity:.3}
        .chart .s0{fill:none}.chart .s1{fill:var(--chart-shade)}
        .chart .hl{stroke:var(--chart-hatch);stroke-width:1}
        .chart .sy{fill:var(--i);stroke:var(--chart-surface);stroke-width:1.5}
        .chart .so{fill:var(--chart-surface);stroke:var(--i);stroke-width:2}
        .chart .br{fill:var(--i);fill-opacity:.22}
        .chart .iv{stroke:var(--i);stroke-width:4;stroke-opacity:.55}
        .chart .ie{stroke:var(--i);stroke-width:2}
        .chart a{cursor:pointer}
        .chart a:hover .k,.chart a:focus .k{text-decoration:underline}
        .chart a:focus-visible{outline:2px solid var(--chart-stable)}
        .chart .rs{--i:var(--chart-stable);--j:var(--chart-stable-text)}
        .chart .rc{--i:var(--chart-canary);--j:var(--chart-canary-text)}
        .chart .rh{--i:var(--chart-harm);--j:var(--chart-harm-text)}
        .chart .ra{--i:var(--chart-safety);--j:var(--chart-safety-text)}
        .chart .rn{--i:var(--chart-neutral);--j:var(--chart-neutral-text)}
        .chart text.rs,.chart text.rc,.chart text.rh,.chart text.ra,.chart text.rn{fill:var(--j)}
        """

    private static let tables = """
        .chart-data summary{cursor:pointer;color:var(--chart-quiet);font-size:.875rem}
        .chart-scroll{overflow-x:auto}
        .chart-table{border-collapse:collapse;font-size:.8125rem;font-variant-numeric:tabular-nums;margin-top:.5rem}
        .chart-table caption{text-align:left;color:var(--chart-quiet);padding-bottom:.35rem}
        .chart-table th,.chart-table td{padding:.2rem .75rem .2rem 0;text-align:right;white-space:nowrap;\
        border-bottom:1px solid var(--chart-grid);font-weight:400}
        .chart-table thead th{color:var(--chart-quiet);vertical-align:bottom}
        .chart-table th:first-child{text-align:left}
        @media print{.chart-data{display:none}}
        """
}
