import CanaryCore
import UnixSignals

/// What SIGTERM and SIGINT mean to an agent: hand everything over and end; a second one ends at once.
package enum AgentSignals {
    /// Runs the agent until it has ended, on a signal or by itself.
    ///
    /// What is not done within the grace is left as it is: a Lease that is not given back runs out by itself. The process then ends
    /// with 0 if every run was handed over, and as the signal would have it (143, 130) if not.
    ///
    /// - Parameter note: is given a sentence about each signal.
    package static func run(
        _ agent: AgentService,
        grace: Duration,
        note: @escaping @Sendable (String) -> Void
    ) async {
        // Trapped before anything begins: from the first Lease on a signal finds somebody who answers it.
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await agent.run() }
            group.addTask {
                var count = 0
                for await signal in signals {
                    count += 1
                    if count > 1 { QuickEnd.leave(signal.rawValue) }
                    note(
                        "\(signal == .sigint ? "SIGINT" : "SIGTERM"): rollouts are handed over; a second signal ends at once"
                    )
                    agent.leave()
                    // Ended by the group once the agent has; else the process ends here.
                    Task {
                        try await Task.sleep(for: grace)
                        if agent.isHandedOver { QuickEnd.exit(0) }
                        note("not everything could be handed over within \(Phrase.duration(grace.inSeconds))")
                        QuickEnd.leave(signal.rawValue)
                    }
                }
            }
            await group.next()
            group.cancelAll()
        }
    }
}
