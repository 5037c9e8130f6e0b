extension FileLint {
    /// Holes are known and stand where their values can; false if one is not.
    mutating func checkHoles(_ query: CanaryQuery, _ tokens: [PromQLToken]) -> Bool {
        let before = findings.count
        let known = QueryHole.known.map(\.name)
        for token in tokens {
            let isQuoted: Bool
            let names: [String]
            switch token.kind {
            case .hole(let name): (isQuoted, names) = (false, [name])
            case .string: (isQuoted, names) = (true, PromQLScanner.holes(in: Array(token.text.utf8)).map(\.name))
            default: continue
            }
            for name in names {
                if !known.contains(name) {
                    let near = NearWord.nearest(to: name, among: known)
                    let hint = near.map { "did you mean ${\($0)}?" } ?? "there are \(known.joined(separator: ", "))"
                    add(.error, .hole, token.place, "there is no hole ${\(name)}", hint: hint)
                } else if Self.quoted.contains(name), !isQuoted {
                    add(.error, .hole, token.place, "${\(name)} must stand inside of quotes")
                } else if Self.matchers.contains(name), isQuoted {
                    add(.error, .hole, token.place, "${\(name)} stands for label matchers and must not be in quotes")
                } else if name == "period", query.view == nil {
                    add(.error, .hole, token.place, "${period} is for views, which show a rate over a time")
                }
            }
        }
        return findings.count == before
    }

    /// Raw values are asked for; absence is not turned into zero; the time is the asker's.
    mutating func checkFunctions(_ query: CanaryQuery, _ shape: PromQLShape) {
        for (index, token) in shape.tokens.enumerated() where token.kind == .word {
            let isCall = shape.token(index + 1)?.isSymbol("(") == true
            let word = token.text.lowercased()
            if isCall, Self.rates.contains(word), query.kind != .gauge, query.view == nil {
                add(
                    .error,
                    .rate,
                    token.place,
                    "\(word)() of a \(query.kind.rawValue): it extrapolates and loses a series' first increment",
                    hint: "ask for the raw values; Haldane makes the differences itself"
                )
            }
            if word == "or", shape.token(index + 1)?.isWord("vector") == true, shape.token(index + 3)?.text == "0" {
                add(
                    .warning,
                    .absent,
                    token.place,
                    "'or vector(0)' turns what is absent into zero",
                    hint: "without it, nothing is told from none, and an outage of the telemetry is seen"
                )
            }
            if word == "offset" {
                add(.warning, .time, token.place, "'offset' asks for another time than the one that is judged")
            }
        }
        for (index, token) in shape.tokens.enumerated() where token.isSymbol("@") {
            guard shape.token(index + 1) != nil else { continue }
            add(.warning, .time, token.place, "'@' asks for another time than the one that is judged")
        }
    }

    /// A range stands in a function only: alone it is a matrix, which is no answer.
    mutating func checkRanges(_ shape: PromQLShape) {
        for (index, token) in shape.tokens.enumerated() where token.isSymbol("[") {
            let call = shape.call(around: index)?.text.lowercased()
            if call == nil || PromQLShape.aggregators.contains(call ?? "") {
                add(
                    .error,
                    .range,
                    token.place,
                    "a range without a function around it gives a list of samples, not one value",
                    hint: "take the range away, or put it into a function like max_over_time"
                )
            }
        }
    }

    /// The answer has the labels that the header promises, and tells pods apart.
    mutating func checkLabels(_ query: CanaryQuery, _ shape: PromQLShape) {
        if query.view == nil, !query.holes.contains("pod") {
            add(
                query.kind == .gauge ? .warning : .error,
                .pod,
                PromQLToken.Place(line: query.expressionLine, column: 1),
                "${pod} is not in it: a sum over pods falls when one of them restarts or ends",
                hint: "write by (${pod}, …)"
            )
        }
        let written = shape.writtenLabels
        for aggregation in shape.outermost where !aggregation.hasWithout {
            let labels = aggregation.labels ?? []
            let missing = query.labels.filter { !labels.contains($0) && !written.contains($0) }
            if !missing.isEmpty {
                let list = missing.joined(separator: ", ")
                let isBucket = query.kind == .histogram && missing.contains("le")
                let message = "the header promises \(list), which \(aggregation.name.text) by (…) does not keep"
                add(
                    .error,
                    .labels,
                    aggregation.name.place,
                    message,
                    hint: isBucket ? "without le the buckets of a histogram are added up" : nil
                )
            }
            let extra = labels.filter {
                !query.labels.contains($0) && !written.contains($0) && !Self.isHelper($0, query)
            }
            if !extra.isEmpty {
                let list = extra.joined(separator: ", ")
                add(.warning, .labels, aggregation.name.place, "it returns \(list), which the header does not promise")
            }
        }
    }

    /// A label that `label_replace` or `histogram_quantile` reads is there on purpose.
    private static func isHelper(_ label: String, _ query: CanaryQuery) -> Bool {
        query.expression.contains("\"\(label)\"") || (label == "le" && query.expression.contains("histogram_quantile"))
    }

    private static let quoted: Set<String> = ["reporter", "namespace"]
    private static let matchers: Set<String> = [
        "cohorts", "stable", "canary", "cohort", "match", "services", "version",
    ]

    /// Functions that turn counters into rates or differences, those of MetricsQL included.
    private static let rates: Set<String> = [
        "rate", "irate", "increase", "delta", "idelta", "deriv", "deriv_fast", "increase_pure", "increase_prometheus",
        "rate_prometheus", "delta_prometheus", "rollup_rate", "rollup_delta", "rollup_increase", "rollup_deriv",
        "rate_over_sum", "ideriv", "running_sum", "remove_resets",
    ]
}
