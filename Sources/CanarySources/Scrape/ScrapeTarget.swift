package import CanaryCore
package import CanaryTelemetry
package import CanaryTransport

/// A page to scrape: how it is asked for, and whose it is.
package struct ScrapeTarget: Sendable, Hashable {
    /// The short name its pod goes by.
    package let name: String

    /// The whole request; its deadline and size are limits that a round may lower.
    package let request: HTTPRequest

    /// Why the request cannot be made at all; nil if it can.
    package let obstacle: String?

    /// Changes when another pod has the same name; empty if nothing tells.
    package let incarnation: String

    /// The version it belongs to, by the spec's names; nil if only its series can tell, or if it serves both.
    package let side: WindowQuality.Side?

    /// Whether its silence is a fault: not of a pod that is not ready yet, or is ending.
    package let mustAnswer: Bool

    /// Whether the API server is in between.
    package let way: PodScrape.Way

    package init(
        name: String,
        request: HTTPRequest,
        obstacle: String? = nil,
        incarnation: String = "",
        side: WindowQuality.Side? = nil,
        mustAnswer: Bool = true,
        way: PodScrape.Way = .direct
    ) {
        self.name = name
        self.request = request
        self.obstacle = obstacle
        self.incarnation = incarnation
        self.side = side
        self.mustAnswer = mustAnswer
        self.way = way
    }

    package var url: String { request.url }

    /// What the collector is told of it.
    func expectation(_ roles: Roles) -> TelemetryTarget {
        let exchanged: WindowQuality.Side? =
            switch side {
            case .stable: .canary
            case .canary: .stable
            default: side
            }
        return TelemetryTarget(
            name: name,
            incarnation: incarnation,
            side: roles == .asNamed ? side : exchanged,
            mustAnswer: mustAnswer
        )
    }

    /// Targets of URLs, named by what tells them apart: `host:port` or the path without its common end.
    ///
    /// Duplicated URLs are asked once. Names are distinct, and hold neither credentials nor a query: URLs that differ
    /// only in those are numbered.
    package static func named(_ urls: [String], telemetry: TelemetrySpec = TelemetrySpec()) -> [ScrapeTarget] {
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
            return ScrapeTarget(name: unique, request: HTTPRequest(scraping: url, telemetry))
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
