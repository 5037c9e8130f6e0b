/// The questions that can be asked: those in the binary, and a user's.
package struct QuerySet: Sendable {
    private var byName: [String: CanaryQuery]
    /// The names of the user's own, those that replace a built-in one included.
    package private(set) var own: Set<String>

    /// Those in the binary; an error here is a mistake in the repository, which a test shows.
    package static func builtIn() throws(QueryError) -> QuerySet {
        var set = QuerySet(byName: [:], own: [])
        for file in BuiltInQueries.files {
            let text = String(decoding: file.bytes, as: UTF8.self)
            set.byName[file.name] = try CanaryQuery(name: file.name, text: text)
        }
        return set
    }

    /// A user's files replace those of the same name and add others.
    ///
    /// - Throws: the first fault that would make its numbers wrong, which is any error that `lint` finds.
    package func adding(_ files: [(name: String, text: String)]) throws(QueryError) -> QuerySet {
        if let fault = lint(files).first(where: { $0.severity == .error }) { throw fault.error }
        var set = self
        for file in files {
            set.byName[file.name] = try CanaryQuery(name: file.name, text: file.text)
            set.own.insert(file.name)
        }
        return set
    }

    /// What is found in a user's files, as they would be beside these queries: file after file, line after line.
    package func lint(_ files: [(name: String, text: String)]) -> [QueryFinding] {
        var known = byName
        for file in files {
            // What cannot be read is found below.
            if let query = try? CanaryQuery(name: file.name, text: file.text) { known[file.name] = query }
        }
        var findings: [QueryFinding] = []
        var seen: Set<String> = []
        for file in files {
            if !CanaryQuery.isName(file.name) {
                let message = "a query's name has lower-case letters, digits and '_' only, and a letter first"
                findings.append(QueryFinding(.error, .header, QueryError(name: file.name, line: 1, message: message)))
            }
            if !seen.insert(file.name).inserted {
                let error = QueryError(name: file.name, line: 1, message: "there are two files of this name")
                findings.append(QueryFinding(.error, .header, error))
            }
            let replaced = own.contains(file.name) ? nil : byName[file.name]
            findings += QueryLint.check(
                name: file.name,
                text: file.text,
                known: known,
                replaced: replaced,
                isOwn: true
            )
        }
        return findings
    }

    /// What is found in the queries of this set, built-in ones included.
    package func lint() -> [QueryFinding] {
        queries.flatMap {
            QueryLint.check(
                name: $0.name,
                text: $0.text,
                known: byName,
                isOwn: own.contains($0.name) && !isBuiltIn($0.name)
            )
        }
    }

    private func isBuiltIn(_ name: String) -> Bool { BuiltInQueries.files.contains { $0.name == name } }

    /// By name.
    package var queries: [CanaryQuery] { byName.values.sorted { $0.name < $1.name } }

    package subscript(name: String) -> CanaryQuery? { byName[name] }

    /// The name that is nearest to a misspelt one, if one is near.
    package func suggestion(for name: String) -> String? {
        NearWord.nearest(to: name, among: byName.keys.sorted())
    }
}

extension CanaryQuery {
    /// Whether a file may be called so: lower-case letters, digits and `_`, a letter first, at most 64.
    package static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else { return false }
        guard name.utf8.count <= 64 else { return false }
        return name.utf8.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || PromQLBytes.isDigit($0) || $0 == UInt8(ascii: "_")
        }
    }
}
