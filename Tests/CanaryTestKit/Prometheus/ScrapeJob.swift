import Foundation

/// Whom a server scrapes, how often, and the labels that it adds.
package struct ScrapeJob: Sendable {
    /// One page.
    package struct Target: Sendable {
        /// Its address, with any path: `http://127.0.0.1:PORT/pods/x/metrics`.
        package var url: String
        /// Labels added to each series, e.g. `pod`, `namespace`.
        package var labels: [String: String]

        package init(url: String, labels: [String: String]) {
            self.url = url
            self.labels = labels
        }
    }

    package var targets: [Target]
    /// From one scrape of a target to the next; each target has its own phase.
    package var interval: Duration

    package init(targets: [Target] = [], interval: Duration = .seconds(1)) {
        self.targets = targets
        self.interval = interval
    }

    /// Pods by the last part of their page's path, or the one in front of `metrics` or `prometheus`, in one namespace.
    package init(pages: [String], namespace: String = "test1", interval: Duration = .seconds(1)) {
        let targets = pages.map { page in
            Target(url: page, labels: ["pod": Self.podName(page), "namespace": namespace])
        }
        self.init(targets: targets, interval: interval)
    }

    /// The configuration file that Prometheus and VictoriaMetrics both take.
    package var configuration: String {
        let milliseconds =
            Int((Double(interval.components.seconds) * 1000).rounded())
            + Int(interval.components.attoseconds / 1_000_000_000_000_000)
        var lines = ["global:", "  scrape_interval: \(milliseconds)ms", "  scrape_timeout: \(milliseconds)ms"]
        guard !targets.isEmpty else { return lines.joined(separator: "\n") + "\n" }
        lines += ["scrape_configs:", "- job_name: mesh", "  static_configs:"]
        for target in targets {
            guard let url = URL(string: target.url), let host = url.host(), let port = url.port else { continue }
            let path = url.path().isEmpty ? "/metrics" : url.path()
            lines += ["  - targets: [\"\(host):\(port)\"]", "    labels:", "      __metrics_path__: \"\(path)\""]
            lines += target.labels.sorted { $0.key < $1.key }.map { "      \($0.key): \"\($0.value)\"" }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func podName(_ page: String) -> String {
        let parts = page.split(separator: "/").map(String.init)
        return parts.last { !["metrics", "prometheus", "stats"].contains($0) } ?? page
    }
}
