/// A URL to scrape and the short name its pod goes by.
package struct ScrapeTarget: Sendable, Hashable {
    package let name: String
    package let url: String

    /// Names for URLs: what tells them apart, `host:port` or the path without its common end.
    ///
    /// Duplicated URLs are asked once. Names are distinct.
    package static func named(_ urls: [String]) -> [ScrapeTarget] {
        var seen: Set<String> = []
        let distinct = urls.filter { seen.insert($0).inserted }
        let parts = distinct.map(Parts.init)
        let hosts = Set(parts.map(\.host))
        let paths = Set(parts.map(\.path))
        return zip(distinct, parts).map { url, part in
            if hosts.count == distinct.count { return ScrapeTarget(name: part.host, url: url) }
            if hosts.count == 1, paths.count == distinct.count { return ScrapeTarget(name: part.shortPath, url: url) }
            return ScrapeTarget(name: part.host + part.path, url: url)
        }
    }

    private struct Parts {
        let host: String
        let path: String

        init(_ url: String) {
            var rest = Substring(url)
            if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
            let slash = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
            var authority = rest[..<slash]
            if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
            host = String(authority)
            path = String(rest[slash...])
        }

        /// The path without slashes around it and without `/stats/prometheus` or `/metrics`.
        var shortPath: String {
            var short = Substring(path)
            for end in ["/stats/prometheus", "/metrics"] where short.hasSuffix(end) { short = short.dropLast(end.count) }
            while short.first == "/" { short = short.dropFirst() }
            return short.isEmpty ? path : String(short)
        }
    }
}
