/// Checks query files without a server: what would make their numbers wrong, and what is probably not meant.
package enum QueryLint {
    /// Everything that is found in one file, in the order of its lines.
    ///
    /// - Parameters:
    ///   - known: all queries there are, to resolve `of:`.
    ///   - replaced: the built-in query that the file takes the place of; nil if it adds one.
    ///   - isOwn: whether it is a user's, which must ask for one version at a time.
    static func check(
        name: String,
        text: String,
        known: [String: CanaryQuery] = [:],
        replaced: CanaryQuery? = nil,
        isOwn: Bool = false
    ) -> [QueryFinding] {
        var lint = FileLint(name: name, header: QueryHeader(text))
        lint.checkHeader()
        let query: CanaryQuery
        do throws(QueryError) {
            query = try CanaryQuery(name: name, text: text)
        } catch {
            if !lint.findings.contains(where: { $0.error.line == error.line && $0.severity == .error }) {
                lint.findings.append(QueryFinding(.error, .header, error))
            }
            return lint.findings
        }
        do throws(PromQLScanner.Fault) {
            let tokens = try PromQLScanner.tokens(of: query.expression, firstLine: query.expressionLine)
            let shape = try PromQLShape(tokens)
            lint.checkFunctions(query, shape)
            lint.checkRanges(shape)
            // A misspelt hole would be found missing everywhere else.
            if lint.checkHoles(query, tokens) {
                lint.checkLabels(query, shape)
                if isOwn, replaced == nil { lint.checkVersion(query) }
            }
        } catch {
            lint.add(.error, .syntax, error.place, error.message)
        }
        lint.checkDenominator(query, known)
        if let replaced { lint.checkReplacement(query, replaced) }
        return lint.findings.enumerated().sorted { left, right in
            (left.element.error.line, left.element.error.column, left.offset)
                < (right.element.error.line, right.element.error.column, right.offset)
        }.map(\.element)
    }
}

/// The findings of one file while it is checked.
struct FileLint {
    let name: String
    let header: QueryHeader
    var findings: [QueryFinding] = []

    mutating func add(
        _ severity: QueryFinding.Severity,
        _ rule: QueryFinding.Rule,
        _ place: PromQLToken.Place,
        _ message: String,
        hint: String? = nil
    ) {
        let error = QueryError(name: name, line: place.line, column: place.column, message: message, hint: hint)
        findings.append(QueryFinding(severity, rule, error))
    }

    /// The line of a key of the header, or the first one.
    func place(ofKey key: String) -> PromQLToken.Place {
        PromQLToken.Place(line: header.entry(key)?.line ?? 1, column: 1)
    }
}
