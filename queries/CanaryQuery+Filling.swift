extension CanaryQuery {
    /// The expression with its holes filled.
    ///
    /// - Throws: if a hole has no value, or a value of a kind that cannot stand there, so that no value changes the query's shape.
    package func filled(_ holes: [String: QueryHole]) throws(QueryError) -> String {
        let tokens: [PromQLToken]
        do throws(PromQLScanner.Fault) {
            tokens = try PromQLScanner.tokens(of: expression, firstLine: expressionLine)
        } catch {
            throw QueryError(
                name: name,
                line: error.place.line,
                column: error.place.column,
                message: error.message
            )
        }
        let bytes = Array(expression.utf8)
        var result: [UInt8] = []
        var copied = 0
        var before: PromQLToken?
        for token in tokens {
            switch token.kind {
            case .hole(let hole):
                result += bytes[copied..<token.range.lowerBound]
                result += try outside(hole, holes, token).utf8
                copied = token.range.upperBound
            case .string(let quote):
                let isRegex = before?.isSymbol("=~") == true || before?.isSymbol("!~") == true
                let string = Array(token.text.utf8)
                var start = 0
                result += bytes[copied..<token.range.lowerBound]
                for hole in PromQLScanner.holes(in: string) {
                    result += string[start..<hole.range.lowerBound]
                    let value = try inside(hole.name, holes, token, isRegex: isRegex)
                    if quote == PromQLBytes.backtick, value.utf8.contains(quote) {
                        throw fault(token, "the value of ${\(hole.name)} holds a backtick: use double quotes")
                    }
                    result += QueryHole.escaped(value, for: quote).utf8
                    start = hole.range.upperBound
                }
                result += string[start...]
                copied = token.range.upperBound
            default: break
            }
            if token.kind != .comment { before = token }
        }
        result += bytes[copied...]
        return String(decoding: result, as: UTF8.self)
    }

    private func value(
        _ hole: String,
        _ holes: [String: QueryHole],
        _ token: PromQLToken
    ) throws(QueryError) -> QueryHole {
        if let value = holes[hole] { return value }
        throw fault(token, "there is no value for ${\(hole)} here")
    }

    private func outside(
        _ hole: String,
        _ holes: [String: QueryHole],
        _ token: PromQLToken
    ) throws(QueryError) -> String {
        switch try value(hole, holes, token) {
        case .matchers(let text): return text
        case .duration(let duration): return QueryHole.rendered(duration)
        case .label(let name):
            guard QueryHole.isLabelName(name) else {
                throw fault(token, "'\(name)' for ${\(hole)} is not the name of a label")
            }
            return name
        case .text: throw fault(token, "${\(hole)} must stand inside of quotes")
        }
    }

    private func inside(
        _ hole: String,
        _ holes: [String: QueryHole],
        _ token: PromQLToken,
        isRegex: Bool
    ) throws(QueryError) -> String {
        switch try value(hole, holes, token) {
        case .text(let text): return isRegex ? QueryHole.regexEscaped(text) : text
        case .label(let name): return name
        case .duration(let duration): return QueryHole.rendered(duration)
        case .matchers: throw fault(token, "${\(hole)} stands for label matchers and must not be in quotes")
        }
    }

    private func fault(_ token: PromQLToken, _ message: String) -> QueryError {
        QueryError(name: name, line: token.place.line, column: token.place.column, message: message)
    }
}
