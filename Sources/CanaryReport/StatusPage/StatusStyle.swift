/// What the status page has beyond the report's look: bars of evidence, and the colours of the two versions.
enum StatusStyle {
    static let css = """
        th.stable{color:var(--chart-stable-text)}th.canary{color:var(--chart-canary-text)}
        .bar{display:inline-block;width:6rem;height:.8rem;border:1px solid var(--soft);border-radius:2px;vertical-align:middle}
        .bar>span{display:block;height:100%}
        .bar.safe>span{background:var(--chart-safety)}.bar.harm>span{background:var(--chart-harm)}
        #now td{white-space:nowrap}
        .notice strong{color:var(--tone)}
        #live{font-weight:600}

        """
}
