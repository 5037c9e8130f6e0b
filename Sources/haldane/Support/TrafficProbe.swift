import CanaryAgent
import CanaryCore
import CanaryReport
import CanaryTelemetry

/// The present traffic, from two rounds of telemetry.
enum TrafficProbe {
    static func measure(_ options: RunOptions) async throws -> PlanTable.Traffic {
        let seconds = options.live.pace.interval.inSeconds
        let isScraping = options.live.telemetry.prometheus == nil
        let way = isScraping ? "two rounds of scraping" : "two rounds of asking the server"
        let origin = "\(way), \(Phrase.duration(seconds)) apart"
        Console.talk.write("plan: \(origin)\n")
        let window = try await PresentTraffic(options: options).window()
        guard let traffic = PlanTable.Traffic(window, origin: origin) else {
            let fault = window.quality.faults.first.map { "\($0.pod): \($0.message)" }
            throw CommandFault(
                InputFault(
                    "the present traffic could not be measured: \(window.quality.unusable?.reason.text ?? "no counts")",
                    cause: fault,
                    hint: "give it with --rps N --base-errors PERCENT"
                ),
                .unknown
            )
        }
        guard traffic.requestsPerSecond > 0 else {
            throw CommandFault(
                InputFault("no request was served between the two rounds", hint: "give the traffic with --rps N"),
                .unknown
            )
        }
        return traffic
    }
}
