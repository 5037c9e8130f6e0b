/// The brackets and aggregations of an expression.
struct PromQLShape: Sendable {
    /// `sum by (…) (…)`, in either order.
    struct Aggregation: Sendable {
        var name: PromQLToken
        /// As written in `by (…)`; nil without one, which is no label at all.
        var labels: [String]?
        /// `without (…)` keeps labels that cannot be known from here.
        var hasWithout = false
        /// Indices of its body's brackets.
        var body: ClosedRange<Int>
    }

    /// Without comments.
    let tokens: [PromQLToken]
    /// For the index of each opening bracket that of its closing one.
    private(set) var partners: [Int: Int] = [:]
    private(set) var aggregations: [Aggregation] = []

    static let aggregators: Set<String> = [
        "sum", "min", "max", "avg", "count", "group", "stddev", "stdvar", "topk", "bottomk", "quantile", "count_values",
        "median", "any", "distinct", "sum2", "geomean", "limitk", "mode",
    ]

    private static let pairs = ["(": ")", "[": "]", "{": "}"]

    init(_ all: [PromQLToken]) throws(PromQLScanner.Fault) {
        tokens = all.filter { $0.kind != .comment }
        var open: [Int] = []
        for (index, token) in tokens.enumerated() where token.kind == .symbol {
            if Self.pairs[token.text] != nil {
                open.append(index)
            } else if Self.pairs.values.contains(token.text) {
                guard let start = open.popLast() else {
                    throw PromQLScanner.Fault(place: token.place, message: "this '\(token.text)' closes nothing")
                }
                guard Self.pairs[tokens[start].text] == token.text else {
                    let place = tokens[start].place
                    let message =
                        "'\(token.text)' where '\(Self.pairs[tokens[start].text] ?? "")' must close the "
                        + "'\(tokens[start].text)' of line \(place.line), column \(place.column)"
                    throw PromQLScanner.Fault(place: token.place, message: message)
                }
                partners[start] = index
            }
        }
        if let start = open.last {
            throw PromQLScanner.Fault(place: tokens[start].place, message: "this '\(tokens[start].text)' is not closed")
        }
        for index in tokens.indices where tokens[index].kind == .word {
            if let aggregation = aggregation(at: index) { aggregations.append(aggregation) }
        }
    }

    /// Aggregations that are in no other one, whose labels are those of the answer.
    var outermost: [Aggregation] {
        aggregations.filter { inner in
            !aggregations.contains { outer in
                outer.body.lowerBound < inner.body.lowerBound && inner.body.upperBound < outer.body.upperBound
            }
        }
    }

    /// Labels that `label_replace` and `label_join` write.
    var writtenLabels: Set<String> {
        var labels: Set<String> = []
        for index in tokens.indices where tokens[index].isWord("label_replace") || tokens[index].isWord("label_join") {
            guard let close = partners[index + 1] else { continue }
            // The first text at the depth of the call is the label that is written.
            var at = index + 2
            while at < close {
                if let end = partners[at] {
                    at = end + 1
                    continue
                }
                if case .string = tokens[at].kind {
                    labels.insert(String(tokens[at].text.dropFirst().dropLast()))
                    break
                }
                at += 1
            }
        }
        return labels
    }

    /// The word in front of the innermost `(` around a token; nil if there is none.
    func call(around index: Int) -> PromQLToken? {
        let start = partners.filter { $0.key < index && index < $0.value && tokens[$0.key].text == "(" }.keys.max()
        guard let start, start > 0, tokens[start - 1].kind == .word else { return nil }
        return tokens[start - 1]
    }

    func token(_ index: Int) -> PromQLToken? { tokens.indices.contains(index) ? tokens[index] : nil }

    private func aggregation(at index: Int) -> Aggregation? {
        guard Self.aggregators.contains(tokens[index].text.lowercased()) else { return nil }
        var at = index + 1
        var grouping: (labels: [String], isWithout: Bool)?
        if let found = self.grouping(at: at) {
            grouping = (found.labels, found.isWithout)
            at = found.next
        }
        guard token(at)?.isSymbol("(") == true, let close = partners[at] else { return nil }
        if grouping == nil, let found = self.grouping(at: close + 1) { grouping = (found.labels, found.isWithout) }
        return Aggregation(
            name: tokens[index],
            labels: grouping.flatMap { $0.isWithout ? nil : $0.labels },
            hasWithout: grouping?.isWithout ?? false,
            body: at...close
        )
    }

    private func grouping(at index: Int) -> (labels: [String], isWithout: Bool, next: Int)? {
        guard let word = token(index), word.isWord("by") || word.isWord("without"),
            token(index + 1)?.isSymbol("(") == true, let close = partners[index + 1]
        else { return nil }
        let labels = tokens[(index + 2)..<close].filter { $0.kind != .symbol }.map(\.text)
        return (labels, word.isWord("without"), close + 1)
    }
}
