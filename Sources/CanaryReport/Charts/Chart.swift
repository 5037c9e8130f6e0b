/// A picture of numbers: SVG in two sizes, a sentence that says what it shows, and the same numbers as a table.
///
/// A chart is a value and knows nothing of runs. It needs `ChartStyle.css` once in the page for its colours. Numbers of any
/// kind are accepted: NaN is a gap, infinities reach to the plot's edge, and what lies far outside is clipped and marked.
package protocol Chart: Sendable {
    /// What its element ids begin with; must differ between the charts of a page.
    var id: String { get }
    var title: String { get }
    /// One or two sentences that say with numbers what the picture shows.
    var summary: String { get }
    /// One complete `<svg>` element.
    func svg(_ size: ChartSize) -> String
    /// What the picture shows, in at most `DataTable.mostRows` rows.
    var table: DataTable { get }
}

/// How much room a chart has.
package enum ChartSize: Sendable, Hashable, CaseIterable {
    /// Drawn for 880 px, readable from about 720 px; labels stand at the lines' ends.
    case wide
    /// Drawn for 324 px, readable from 280 px; labels stand in a legend, and ticks are fewer.
    case compact
}

extension Chart {
    /// The picture for wide pages.
    package var svg: String { svg(.wide) }

    /// Both sizes in one frame; `ChartStyle.css` shows the one that fits, so that text is readable from 320 to 1200 px.
    ///
    /// The other one is not displayed, thus it is neither read aloud nor printed.
    package var picture: String { "<div class=\"chart-frame\">\(svg(.wide))\(svg(.compact))</div>" }

    /// The picture with its title, sentence, and the table behind a fold.
    package var figure: String {
        """
        <figure class="chart-figure" id="\(ChartMarkup.id(id))">
        <figcaption><strong>\(ChartMarkup.escaped(title))</strong> <span>\(ChartMarkup.escaped(summary))</span></figcaption>
        \(picture)
        <details class="chart-data"><summary>Data of this chart</summary><div class="chart-scroll">\(table.html)</div></details>
        </figure>

        """
    }
}
