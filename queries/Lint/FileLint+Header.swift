extension FileLint {
    /// The header is complete, and says nothing twice.
    mutating func checkHeader() {
        for key in ["asks", "unit", "labels", "kind", "direction"] where header.entry(key)?.value.isEmpty ?? true {
            add(.error, .header, place(ofKey: key), "the header has no '# \(key): …'", hint: Self.example[key])
        }
        var seen: Set<String> = []
        for entry in header.entries {
            let place = PromQLToken.Place(line: entry.line, column: 1)
            if QueryHeader.keys.contains(entry.key) {
                if !seen.insert(entry.key).inserted {
                    add(.error, .header, place, "the header says '\(entry.key)' twice")
                }
            } else if let near = NearWord.nearest(to: entry.key, among: QueryHeader.keys) {
                add(.warning, .header, place, "'\(entry.key)' is no key of a header", hint: "did you mean '\(near)'?")
            }
        }
    }

    /// A ratio has a denominator that is a counter with the same unit of analysis.
    mutating func checkDenominator(_ query: CanaryQuery, _ known: [String: CanaryQuery]) {
        guard let of = query.of else { return }
        let place = place(ofKey: "of")
        if of == query.name {
            add(.error, .denominator, place, "a ratio cannot be of itself", hint: "'of' names the counter of the whole")
        } else if let whole = known[of] {
            if whole.kind != .counter {
                add(.error, .denominator, place, "'\(of)' is a \(whole.kind.rawValue), and a ratio is of a counter")
            }
            if whole.kind == .counter, whole.view == nil, !whole.isOfOneVersion {
                add(
                    .error,
                    .denominator,
                    place,
                    "'\(of)' counts both versions, and a ratio is of one",
                    hint: "a whole has ${version} or ${cohort} in it, as cohort_requests has"
                )
            }
            if whole.view != nil {
                add(.error, .denominator, place, "'\(of)' is a view, and a ratio is of a raw counter")
            }
        } else {
            let near = NearWord.nearest(to: of, among: known.keys.sorted())
            add(
                .error,
                .denominator,
                place,
                "there is no query '\(of)' to be a ratio of",
                hint: near.map { "did you mean '\($0)'?" } ?? "it is the name of a file without .promql"
            )
        }
        if query.direction == .none {
            add(
                .warning,
                .denominator,
                self.place(ofKey: "direction"),
                "a ratio without a direction is shown and never judged",
                hint: "write 'lower is better' or 'higher is better'"
            )
        }
    }

    /// What takes the place of a built-in query must answer with what that one answers.
    mutating func checkReplacement(_ query: CanaryQuery, _ replaced: CanaryQuery) {
        if query.kind != replaced.kind {
            let message =
                "'\(query.name)' takes the place of a \(replaced.kind.rawValue) and is a \(query.kind.rawValue)"
            add(.error, .replacement, place(ofKey: "kind"), message)
        }
        let missing = replaced.labels.filter { !query.labels.contains($0) }
        if !missing.isEmpty {
            add(
                .error,
                .replacement,
                place(ofKey: "labels"),
                "'\(query.name)' takes the place of a query that returns \(missing.joined(separator: ", ")) as well",
                hint: "'haldane queries \(query.name)' prints the original"
            )
        }
        if query.view != replaced.view {
            add(
                .error,
                .replacement,
                place(ofKey: "view"),
                "'\(query.name)' must be a view exactly if the original is one"
            )
        }
    }

    /// A metric of one's own is asked once for each version.
    mutating func checkVersion(_ query: CanaryQuery) {
        guard query.view == nil, !query.isOfOneVersion else { return }
        add(
            .error,
            .hole,
            PromQLToken.Place(line: query.expressionLine, column: 1),
            "neither ${version} nor ${cohort} is in it, so that both versions would get the same numbers",
            hint: "${version} selects what the pods export themselves, ${cohort} what Istio counts"
        )
    }

    private static let example = [
        "asks": "e.g. '# asks: how many orders were refused'", "unit": "e.g. '# unit: orders'",
        "labels": "e.g. '# labels: ${pod}'", "kind": "counter, histogram or gauge",
        "direction": "lower is better, higher is better or none",
    ]
}
