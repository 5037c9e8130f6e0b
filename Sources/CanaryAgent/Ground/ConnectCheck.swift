package import CanaryCore
import CanaryTelemetry

/// Looks at everything that a run would need, without changing anything: `validate --connect`.
package struct ConnectCheck: Sendable {
    private let options: RunOptions

    package init(options: RunOptions) {
        self.options = options
    }

    /// What was found, in the order in which it was looked at.
    ///
    /// A run would be refused if one of them is a refusal for the spec's route.
    package func run() async throws(AgentError) -> [RouteFinding] {
        let ground = try await RunGround.open(options)
        var findings: [RouteFinding] = []
        do {
            let found = try await ground.store(ground.spec, .asNamed).read()
            findings.append(Self.route(found, ground.spec))
            findings += ground.findings
            let rules = StartRules(options: options, ground: ground, found: found)
            findings += await rules.findings()
            let roles = Roles(found: found.weights)
            if let objection = rules.objection(to: try await ground.store(ground.spec, roles).read()),
                objection.label != "notComparable", objection.label != "not-accepted"
            {
                findings.append(RouteFinding(.refuse, objection.text))
            }
            findings += await pods(ground)
            findings += await telemetry(ground, found, roles)
            await ground.close()
            return findings
        } catch {
            await ground.close()
            throw AgentError(error.message, cause: error.cause, hint: error.hint)
        }
    }

    private static func route(_ found: RouteSnapshot, _ spec: CanarySpec) -> RouteFinding {
        let names = "\(spec.route.stable.label)/\(spec.route.canary.label)"
        let writer = found.writer.map { ", last written by \($0)" } ?? ""
        let text = "\(found.place): \(names) is \(found.weights.stable)/\(found.weights.canary)\(writer)"
        if case .segmentOfStable(let elsewhere) = found.reach, spec.telemetry.match.isEmpty,
            spec.telemetry.comparable == .prove
        {
            let advice = ComparabilityAdvice.telemetry(namespace: spec.namespace)
            return RouteFinding(.refuse, "\(text); \(Reason.notComparable(elsewhere).text)", hint: advice)
        }
        return RouteFinding(.info, text)
    }

    private func pods(_ ground: RunGround) async -> [RouteFinding] {
        guard let source = ground.population else { return [] }
        guard let found = await source.population() else {
            return [RouteFinding(.warning, "the pods of the two versions are not known at the moment")]
        }
        let sides = [(ground.spec.route.stable.label, found.stable), (ground.spec.route.canary.label, found.canary)]
        return sides.map { label, side in
            let hashes = side.hashes.isEmpty ? "" : ", revision \(side.hashes.joined(separator: " and "))"
            let text = "\(label): \(side.ready) of \(side.total) pods ready\(hashes)"
            return RouteFinding(side.ready > 0 ? .info : .warning, text)
        }
    }

    /// Two rounds, so that series of both versions can show.
    private func telemetry(_ ground: RunGround, _ found: RouteSnapshot, _ roles: Roles) async -> [RouteFinding] {
        let pause = min(ground.spec.pace.interval, .seconds(5))
        let window = await PresentTraffic.window(of: ground, roles, pause: pause)
        var findings = window.quality.faults.prefix(5).map { fault in
            RouteFinding(.warning, "\(fault.pod): \(fault.message)")
        }
        if let unusable = window.quality.unusable {
            let isBlind =
                switch unusable {
                case .nothingScraped, .noIstioSeries, .source: true
                default: false
                }
            let text = "a round could not be judged: \(unusable.reason.text)"
            findings.append(RouteFinding(isBlind ? .refuse : .warning, text))
        } else {
            let (stable, canary) = (window.stable, window.canary)
            findings.append(
                RouteFinding(
                    stable.isEmpty ? .warning : .info,
                    "in \(Phrase.duration(pause.inSeconds)) \(stable.count) stable pods told of "
                        + "\(Phrase.count(Double(window.stableTotal))) requests, \(canary.count) canary pods of "
                        + "\(Phrase.count(Double(window.canaryTotal)))"
                )
            )
        }
        let percent = roles == .asNamed ? found.weights.canaryPercent : 100 - found.weights.canaryPercent
        if window.quality.unusable == nil, percent > 0, window.canaryTotal == 0, window.stableTotal > 0 {
            let label = roles == .asNamed ? ground.spec.route.canary.label : ground.spec.route.stable.label
            findings.append(
                RouteFinding(
                    .warning,
                    "\(label) has \(Phrase.weight(percent)) of the weight and showed no request",
                    hint: "check route.canary.workload, and whether its pods have sidecars"
                )
            )
        }
        return findings
    }
}
