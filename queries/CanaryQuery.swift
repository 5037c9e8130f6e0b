/// One question to Prometheus: a header of comments, and an expression with `${…}` holes.
///
/// Raw counters and buckets are asked for, never a rate: deltas are made by Haldane, because `rate` extrapolates and loses the
/// first increment of a series. Only a view, which shows what a dashboard shows, may ask for one.
package struct CanaryQuery: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case counter
        case histogram
        case gauge
    }

    /// Which way is better.
    package enum Direction: String, Sendable, Hashable, CaseIterable {
        case lower = "lower is better"
        case higher = "higher is better"
        /// The value is not compared.
        case none
    }

    /// Whose number a compatibility view shows.
    package enum View: String, Sendable, Hashable, CaseIterable {
        case grafana
        case kiali
    }

    package let name: String
    /// The whole file.
    package let text: String
    /// What it asks, in words.
    package let asks: String
    package let unit: String
    /// Labels that its answer must have; a hole such as `${pod}` stands for the label it is filled with.
    package let labels: [String]
    package let kind: Kind
    package let direction: Direction
    /// The query that counts the whole of which this one counts a part; nil if this is no ratio of counters.
    package let of: String?
    /// Set if the query only shows what a dashboard shows.
    package let view: View?
    /// The expression without the header.
    package let expression: String
    /// The line of the file that the expression begins in.
    package let expressionLine: Int

    /// Reads a file; a header that is missing or wrong is an error with its line.
    package init(name: String, text: String) throws(QueryError) {
        let header = QueryHeader(text)
        func value(_ key: String) throws(QueryError) -> QueryHeader.Entry {
            guard let found = header.entry(key), !found.value.isEmpty else {
                let message = "the header has no '# \(key): …'"
                throw QueryError(name: name, line: header.entry(key)?.line ?? 1, message: message)
            }
            return found
        }
        func choice<Choice: RawRepresentable & CaseIterable>(_ entry: QueryHeader.Entry) throws(QueryError) -> Choice
        where Choice.RawValue == String {
            guard let choice = Choice(rawValue: entry.value) else {
                let choices = Choice.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
                let message = "\(entry.key) must be one of \(choices), not '\(entry.value)'"
                throw QueryError(name: name, line: entry.line, message: message)
            }
            return choice
        }
        self.name = name
        self.text = text
        asks = try value("asks").value
        unit = try value("unit").value
        kind = try choice(value("kind"))
        direction = try choice(value("direction"))
        if let entry = header.entry("view") { view = try choice(entry) } else { view = nil }
        let labels = try value("labels")
        self.labels =
            labels.value == "none"
            ? [] : labels.value.split(separator: ",").map(QueryHeader.trimmed).filter { !$0.isEmpty }
        of = header.entry("of")?.value
        expression = header.body
        expressionLine = header.bodyLine
        guard !expression.isEmpty else {
            throw QueryError(name: name, line: 1, message: "there is no expression after the header")
        }
        if let entry = header.entry("of"), kind != .counter || entry.value.isEmpty {
            let message = "'of' names the counter of the whole, and only a counter has one"
            throw QueryError(name: name, line: entry.line, message: message)
        }
        if kind == .histogram, !self.labels.contains("le") {
            throw QueryError(name: name, line: labels.line, message: "a histogram must return the label le")
        }
    }

    /// The names of the holes, each once, in the order of the text; those in comments are none.
    package var holes: [String] {
        var names: [String] = []
        var seen: Set<String> = []
        // What cannot be cut has no holes; `filled` and the lint say why.
        for token in (try? PromQLScanner.tokens(of: expression)) ?? [] {
            switch token.kind {
            case .hole(let name): if seen.insert(name).inserted { names.append(name) }
            case .string:
                for hole in PromQLScanner.holes(in: Array(token.text.utf8)) where seen.insert(hole.name).inserted {
                    names.append(hole.name)
                }
            default: continue
            }
        }
        return names
    }

    /// Whether it is asked once for each version.
    package var isOfOneVersion: Bool {
        let holes = holes
        return holes.contains("version") || holes.contains("cohort")
    }

    /// The labels that its answer must have, holes filled.
    package func labels(_ holes: [String: QueryHole]) -> [String] {
        labels.map { label in
            guard label.hasPrefix("${"), label.hasSuffix("}") else { return label }
            if case .label(let name)? = holes[String(label.dropFirst(2).dropLast())] { return name }
            return label
        }
    }
}
