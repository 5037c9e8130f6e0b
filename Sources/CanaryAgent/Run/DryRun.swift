package import CanaryCore
import CanaryRouting
import CanarySources
package import CanaryTelemetry
import CanaryTransport

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
        let spec = RouteFile.completed(options.spec, path: options.routePath)
        let live = RouteFile.completed(options.live, path: options.routePath)
        let found: RouteSnapshot
        let roles: Roles
        do {
            roles = Roles(found: try await RouteFile.store(options.routePath, spec, .asNamed).read().weights)
            found = try await RouteFile.store(options.routePath, spec, roles).read()
        } catch {
            throw AgentError(error.message, cause: error.cause, hint: error.hint)
        }
        let client = HTTPClient()
        let window = await ScrapeSource(spec: live, roles: roles, client: client).observe(seconds: 0)
        await client.shutdown()

        var rollout = Rollout(rules: RolloutRules(spec))
        var refusal: Reason?
        _ = rollout.handle(.routeRead(found), at: Timestamp(milliseconds: 0))
        if case .finished(let outcome) = rollout.phase { refusal = outcome.reason }
        let first: Int
        if case .watching(let step, _) = rollout.phase { first = step } else { first = spec.steps.count }
        return DryRunReport(
            roles: roles,
            stable: roles == .asNamed ? spec.route.stable : spec.route.canary,
            canary: roles == .asNamed ? spec.route.canary : spec.route.stable,
            found: found,
            writes: spec.steps.dropFirst(first).map { write($0, $0 >= 100 ? .promotion : .step, found) },
            rollback: write(0, .rollback, found),
            window: window,
            refusal: refusal
        )
    }

    private func write(_ percent: Double, _ purpose: WeightPlan.Purpose, _ found: RouteSnapshot) -> DryRunReport.Write {
        let weights =
            RouteWeights(canaryPercent: percent, sum: found.weights.sum)
            ?? RouteWeights(canaryPercent: percent, sum: 100)
            ?? RouteWeights(stable: 100 - Int(percent.rounded()), canary: Int(percent.rounded()))
        return DryRunReport.Write(plan: WeightPlan(canaryPercent: percent, purpose: purpose), weights: weights)
    }
}
