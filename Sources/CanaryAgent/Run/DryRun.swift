package import CanaryCore
import CanaryRouting
import CanarySources
package import CanaryTelemetry
import CanaryTransport
import CanaryYAML
import FoundationEssentials

/// What a run would write, without writing anything.
package struct DryRunReport: Sendable {
    /// One write.
    package struct Write: Sendable {
        package var plan: WeightPlan
        package var weights: RouteWeights
    }

    package var roles: Roles
    package var stable: DestinationSpec
    package var canary: DestinationSpec
    package var found: RouteSnapshot
    /// The writes of a run in which every step is proved, in order.
    package var writes: [Write]
    /// The write of a rollback.
    package var rollback: Write
    /// One round of telemetry; its counts are a baseline only.
    package var window: Window
    /// What was found on the way to the route and does not stop a run.
    package var findings: [RouteFinding]
    /// The pods by role; nil where nobody knows them.
    package var population: Population?
    /// What people call the route.
    package var place: String
    /// Why a run would be refused.
    package var refusal: Reason?
}

/// Reads the route and the telemetry once and says what a run would do.
package struct DryRun {
    private let options: RunOptions

    package init(options: RunOptions) {
        self.options = options
    }

    package func run() async throws(AgentError) -> DryRunReport {
        let ground = try await RunGround.open(options)
        do {
            let report = try await preview(ground)
            await ground.close()
            return report
        } catch {
            await ground.close()
            throw AgentError(error.message, cause: error.cause, hint: error.hint)
        }
    }

    private func preview(_ ground: RunGround) async throws(RouteError) -> DryRunReport {
        let spec = ground.spec
        let named = try await ground.store(spec, .asNamed).read()
        let roles = Roles(found: named.weights)
        let found = try await ground.store(spec, roles).read()
        let window = await ground.source(roles).observe(seconds: 0)

        var rollout = Rollout(rules: RolloutRules(spec))
        let rules = StartRules(options: options, ground: ground, found: named)
        var findings = ground.findings + (await rules.findings())
        if let client = ground.kubernetes, let held = await ClusterCustody.look(CanaryKey(spec), client: client) {
            findings.append(held)
        }
        if let client = ground.kubernetes, let rival = await RouteRivals.finding(spec, client: client) {
            findings.append(rival)
        }
        var refusal = AgentError(refusing: findings).map { error in
            Reason("refused", [error.message, error.hint].compactMap { $0 }.joined(separator: "\n  "))
        }
        _ = rollout.handle(.routeRead(found), at: Timestamp(milliseconds: 0))
        if case .finished(let outcome) = rollout.phase { refusal = refusal ?? outcome.reason }
        let first: Int
        if case .watching(let step, _) = rollout.phase { first = step } else { first = spec.steps.count }
        // The step that is in force already is begun without a write.
        let steps = spec.steps.dropFirst(first).filter { ($0 - found.weights.canaryPercent).magnitude >= 1e-6 }
        var route = try await ground.draft(roles)
        var writes: [DryRunReport.Write] = []
        do {
            for percent in steps {
                let plan = WeightPlan(canaryPercent: percent, purpose: percent >= 100 ? .promotion : .step)
                writes.append(DryRunReport.Write(plan: plan, weights: try route.write(plan)))
            }
        } catch {
            refusal = refusal ?? Reason(error)
        }
        return DryRunReport(
            roles: roles,
            stable: roles == .asNamed ? spec.route.stable : spec.route.canary,
            canary: roles == .asNamed ? spec.route.canary : spec.route.stable,
            found: found,
            writes: writes,
            rollback: DryRunReport.Write(
                plan: .allStable,
                weights: (try? route.write(.allStable)) ?? RouteWeights(stable: 100, canary: 0)
            ),
            window: window,
            findings: findings.filter { $0.severity == .warning },
            population: await population(ground, roles),
            place: ground.routeLabel,
            refusal: refusal
        )
    }

    private func population(_ ground: RunGround, _ roles: Roles) async -> Population? {
        let found = await ground.population?.population()
        return roles == .asNamed ? found : found?.swapped
    }
}
