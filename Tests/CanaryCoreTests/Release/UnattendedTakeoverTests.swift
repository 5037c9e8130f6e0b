import CanaryCore
import Testing

@Suite("A run that somebody waited for, gone on with by an agent")
struct UnattendedTakeoverTests {
    @Test("waits for the API like one of the agent's own, and its state is still sound", arguments: [true, false])
    func rules(isUnattended: Bool) {
        let start = Timestamp(milliseconds: 1_000_000)
        let route = RouteSpec(
            object: "demo4-vs",
            stable: DestinationSpec(subset: "v1"),
            canary: DestinationSpec(subset: "v2")
        )
        var header = RunHeader(
            version: "test",
            run: "run-1",
            startedAt: start,
            spec: CanarySpec(name: "demo4", route: route, telemetry: TelemetrySpec()),
            roles: .asNamed,
            place: "test1/demo4-vs",
            isUnattended: isUnattended ? nil : true
        )
        let state = RunState(header: header)
        header.isUnattended = isUnattended ? true : nil

        let taken = state.takenOver(.asStored, storedAt: start, at: start, isUnattended: isUnattended)

        #expect(taken.rollout.rules.isUnattended == isUnattended)
        #expect(taken.fault(for: header) == nil && state.fault(for: header) == nil)
    }
}
