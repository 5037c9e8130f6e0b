import CanaryCore
import CanaryTestKit
import Foundation
import Measuring

/// What an agent needed over a time: by the kernel, by the API server, and by the pods.
struct AgentReading {
    var seconds: Double
    /// Processor seconds a second.
    var share: Double
    /// Resident memory at the end, and the most since the start.
    var megabytes: Double
    var peakMegabytes: Double
    /// Requests by verb and resource.
    var requests: [String: Int]
    /// Pages fetched from pods.
    var pages: Int
    /// How long the agent's `/metrics` took, and its largest size.
    var scrapes: [Double]
    var scrapeBytes: Int

    /// Takes a reading; `/metrics` is fetched every fifteen seconds meanwhile, as a Prometheus does.
    static func take(_ rig: AgentRig, for time: Duration) async throws -> AgentReading {
        let agent = rig.agent
        let (first, pages) = (rig.fleet.server.view.requestsMade, rig.fleet.mesh.pagesServed)
        let used = agent.processorSeconds
        let start = ContinuousClock.now
        var scrapes: [Double] = []
        var bytes = 0
        while true {
            let scrape = try await rig.fetch("/metrics")
            scrapes.append(scrape.seconds)
            bytes = max(bytes, scrape.bytes)
            let left = time - start.duration(to: .now)
            guard left > .zero else { break }
            try await Task.sleep(for: min(left, .seconds(15)))
        }
        let seconds = start.duration(to: .now).inSeconds
        guard agent.isRunning else { throw Arguments.Fault(description: "the agent has ended: \(agent.talk)") }
        var requests: [String: Int] = [:]
        for request in rig.fleet.server.view.requests where request.number >= first {
            let name = request.subresource.map { "\(request.resource)/\($0)" } ?? request.resource
            requests["\(request.verb) \(name)", default: 0] += 1
        }
        return AgentReading(
            seconds: seconds,
            share: (agent.processorSeconds - used) / seconds,
            megabytes: Double(agent.residentBytes) / 1_048_576,
            peakMegabytes: Double(agent.peakBytes) / 1_048_576,
            requests: requests,
            pages: rig.fleet.mesh.pagesServed - pages,
            scrapes: scrapes,
            scrapeBytes: bytes
        )
    }

    /// Requests a second, and which they are.
    var requestWords: String {
        let all = Double(requests.values.reduce(0, +)) / seconds
        let often = requests.filter { Double($0.value) / seconds >= 0.1 }
        let parts = often.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\($0.key) \((Double($0.value) / seconds).text(1))" }
        return "\(all.text(1)) a second" + (parts.isEmpty ? "" : ": " + parts.joined(separator: ", "))
    }

    var memoryWords: String { "\(megabytes.text(1)) MB (at most \(peakMegabytes.text(1)) MB)" }

    /// How fast `/metrics` was.
    var scrapeLine: BenchLine {
        let (middle, worst) = (Summary.median(scrapes) ?? .infinity, scrapes.max() ?? .infinity)
        return BenchLine(
            what: "/metrics",
            measured: "\((middle * 1000).text(0)) ms (at most \((worst * 1000).text(0)) ms), "
                + "\((Double(scrapeBytes) / 1024).text(0)) KiB",
            limit: "under 100 ms",
            isMet: middle < 0.1
        )
    }
}
