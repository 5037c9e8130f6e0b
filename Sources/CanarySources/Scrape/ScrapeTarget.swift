/// A URL to scrape and the short name its pod goes by.
package struct ScrapeTarget: Sendable, Hashable {
    package let name: String
    package let url: String

    /// Names for URLs: what tells them apart, `host:port` or the path without its common end.
    ///
    /// Duplicated URLs are asked once. Names are distinct, and hold neither credentials nor a query: URLs that differ
    /// only in those are numbered.
    package static func named(_ urls: [String]) -> [ScrapeTarget] {
        var seen: Set<String> = []
        let distinct = urls.filter { seen.insert($0).inserted }
        let parts = distinct.map(Parts.init)
        let hosts = Set(parts.map(\.host))
        let shortPaths = Set(parts.map(\.shortPath))
        let names =
            if hosts.count == distinct.count {
                parts.map(\.host)
            } else if hosts.count == 1, shortPaths.count == distinct.count {
                parts.map(\.shortPath)
            } else {
                parts.map { $0.host + $0.path }
            }
        var taken: Set<String> = []
        return zip(distinct, names).map { url, name in
            var unique = name
            var number = 2
            while !taken.insert(unique).inserted {
                unique = "\(name)#\(number)"
                number += 1
            }
            return ScrapeTarget(name: unique, url: url)
        }
    }

    private struct Parts {
        let host: String
        let path: String

        init(_ url: String) {
            var rest = Substring(url)
            if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
            rest = rest.prefix { $0 != "?" && $0 != "#" }
            let slash = rest.firstIndex(of: "/") ?? rest.endIndex
            var authority = rest[..<slash]
            if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
            host = String(authority)
            path = String(rest[slash...])
        }

        /// The path without slashes around it and without `/stats/prometheus` or `/metrics`.
        var shortPath: String {
            var short = Substring(path)
            for end in ["/stats/prometheus", "/metrics"] where short.hasSuffix(end) {
                short = short.dropLast(end.count)
            }
            while short.first == "/" { short = short.dropFirst() }
            return short.isEmpty ? path : String(short)
        }
    }
}
