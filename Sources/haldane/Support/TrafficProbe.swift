import CanaryCore
import CanaryReport
import CanaryRouting
import CanarySources
import CanaryTelemetry
import CanaryTransport
import CanaryYAML

/// The present traffic, from two rounds of scraping.
enum TrafficProbe {
    static func measure(_ decoded: DecodedSpec, specFile: String) async throws -> PlanTable.Traffic {
        let spec = try decoded.expanded(environment: Console.environment).spec
        var roles = Roles.asNamed
        if let path = decoded.routeFile(specFile: specFile) {
            // Without a readable route the names are taken as they stand.
            let found = try? await FileRouteStore(path: path, selection: decoded.routeSelection).read()
            if let found { roles = Roles(found: found.weights) }
        }
        let seconds = spec.pace.interval.inSeconds
        Console.talk.write("plan: two rounds of scraping, \(Phrase.duration(seconds)) apart\n")
        let client = HTTPClient()
        let source = ScrapeSource(spec: spec, roles: roles, client: client)
        let start = ContinuousClock.now
        _ = await source.observe(seconds: 0)
        try await Task.sleep(for: spec.pace.interval)
        let measured = start.duration(to: .now).inSeconds
        let window = await source.observe(seconds: measured)
        await client.shutdown()
        guard
            let traffic = PlanTable.Traffic(window, origin: "two rounds of scraping, \(Phrase.duration(seconds)) apart")
        else {
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
