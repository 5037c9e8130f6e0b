/// One question to Prometheus: a header of comments, and an expression with `${…}` holes.
///
/// Raw counters and buckets are asked for, never a rate: deltas are made by Haldane, because `rate` extrapolates and loses the
/// first increment of a series.
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

    package let name: String
    /// The whole file.
    package let text: String
    /// What it asks, in words.
    package let asks: String
    package let unit: String
    /// Labels that its answer must have.
    package let labels: [String]
    package let kind: Kind
    package let direction: Direction
    /// The expression without the header.
    package let expression: String

    /// Reads a file; a header that is missing or wrong is an error with its line.
    package init(name: String, text: String) throws(QueryError) {
        var header: [String: (value: String, line: Int)] = [:]
        var body: [Substring] = []
        var isHeader = true
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.last == "\r" ? line.dropLast() : line
            if isHeader, line.first == "#" {
                let words = line.dropFirst().split(separator: ":", maxSplits: 1)
                guard words.count == 2 else { continue }
                header[Self.trimmed(words[0])] = (Self.trimmed(words[1]), index + 1)
            } else {
                isHeader = isHeader && line.allSatisfy { $0 == " " }
                body.append(line)
            }
        }
        func value(_ key: String) throws(QueryError) -> (value: String, line: Int) {
            guard let found = header[key], !found.value.isEmpty else {
                throw QueryError(name: name, line: 1, message: "the header has no '# \(key): …'")
            }
            return found
        }
        let kindText = try value("kind")
        let directionText = try value("direction")
        guard let kind = Kind(rawValue: kindText.value) else {
            throw QueryError(name: name, line: kindText.line, message: "kind must be counter, histogram or gauge")
        }
        guard let direction = Direction(rawValue: directionText.value) else {
            throw QueryError(
                name: name,
                line: directionText.line,
                message: "direction must be lower is better, higher is better or none"
            )
        }
        self.name = name
        self.text = text
        self.kind = kind
        self.direction = direction
        asks = try value("asks").value
        unit = try value("unit").value
        labels = try value("labels").value.split(separator: ",").map(Self.trimmed)
        expression = Self.trimmed(body.joined(separator: "\n"))
        guard !expression.isEmpty else {
            throw QueryError(name: name, line: 1, message: "there is no expression after the header")
        }
        if kind == .histogram, !labels.contains("le") {
            throw QueryError(name: name, line: 1, message: "a histogram must return the label le")
        }
    }

    /// The names of the holes, each once, in the order of the text.
    package var holes: [String] {
        var holes: [String] = []
        var rest = expression[...]
        while let start = rest.firstRange(of: "${") {
            rest = rest[start.upperBound...]
            guard let end = rest.firstIndex(of: "}") else { break }
            let hole = String(rest[..<end])
            if !holes.contains(hole) { holes.append(hole) }
            rest = rest[end...].dropFirst()
        }
        return holes
    }

    /// The expression with its holes filled: values are escaped for a PromQL string. A hole without a value is an error.
    package func filled(_ values: [String: String]) throws(QueryError) -> String {
        var result = ""
        var rest = expression[...]
        while let start = rest.firstRange(of: "${") {
            result += rest[..<start.lowerBound]
            rest = rest[start.upperBound...]
            guard let end = rest.firstIndex(of: "}") else {
                throw QueryError(name: name, line: 1, message: "a hole '${' is not closed")
            }
            let hole = String(rest[..<end])
            guard let value = values[hole] else {
                throw QueryError(name: name, line: 1, message: "there is no value for ${\(hole)}")
            }
            result += Self.escaped(value)
            rest = rest[end...].dropFirst()
        }
        return result + rest
    }

    /// A value inside a double-quoted PromQL string.
    private static func escaped(_ value: String) -> String {
        var result = ""
        for character in value.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        var view = Substring(text)
        while let first = view.first, first.isWhitespace { view.removeFirst() }
        while let last = view.last, last.isWhitespace { view.removeLast() }
        return String(view)
    }
}

/// What is wrong with a query, with its line.
package struct QueryError: Error, Sendable, Hashable, CustomStringConvertible {
    package let name: String
    package let line: Int
    package let message: String

    package var description: String { "\(name).promql:\(line): \(message)" }
}
