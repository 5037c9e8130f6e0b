extension DistributionChart {
    /// One row a bucket: its requests and the share at or below its bound, of each version.
    package var table: DataTable {
        let known = versions.map { Cumulation(counts: $0.counts, bounds: bounds.count) }
        func count(_ version: Version, _ index: Int) -> String {
            index < version.counts.count ? Numeral.short(version.counts[index].rounded(), decimals: 0) : "0"
        }
        var rows = bounds.indices.map { index in
            [ChartUnit.milliseconds.text(bounds[index])]
                + zip(versions, known).flatMap { version, known in
                    [count(version, index), known.total > 0 ? ChartUnit.share.text(known.shares[index]) : "–"]
                }
        }
        if let last = bounds.last {
            rows.append(
                ["> \(ChartUnit.milliseconds.text(last))"]
                    + zip(versions, known).flatMap { version, known in
                        [count(version, bounds.count), known.total > 0 ? ChartUnit.share.text(1) : "–"]
                    }
            )
        }
        let header = versions.flatMap { ["\($0.label): requests", "\($0.label): at or below"] }
        return DataTable(caption: title, header: ["Up to"] + header, rows: rows).thinned()
    }
}
