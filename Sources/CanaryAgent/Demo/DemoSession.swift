package import CanaryCore
import CanaryRouting
import CanarySimulator
import CanaryYAML
import FoundationEssentials

/// The whole loop without a cluster: a simulated mesh on loopback, real scraping, a VirtualService file that is really rewritten.
///
/// Virtual time passes only between rounds, so the counts and the verdicts are the same at every speed.
package struct DemoSession {
    private let options: DemoOptions
    private let observer: any RunObserver
    private let inbox: RunInbox
    private let page: StatusBoard?

    /// - Parameter page: shows the run to browsers and monitoring; it has to be an observer as well.
    package init(options: DemoOptions, observer: any RunObserver, inbox: RunInbox, page: StatusBoard? = nil) {
        self.options = options
        self.observer = observer
        self.inbox = inbox
        self.page = page
    }

    package func run() async throws(AgentError) -> DemoReport {
        let mesh = SimulatedMesh(configuration: MeshConfiguration(scenario: options.scenario, seed: options.seed))
        let server = MeshServer(mesh: mesh)
        do {
            let targets = try await server.start()
            let report = try await drive(server, targets)
            await server.stop()
            return report
        } catch let error as AgentError {
            await server.stop()
            throw error
        } catch {
            await server.stop()
            throw AgentError("the demo could not run", cause: "\(error)")
        }
    }

    private func drive(_ server: MeshServer, _ targets: [String]) async throws -> DemoReport {
        let files = try DemoDirectory.prepare(options, targets: targets)
        let weights = MeshWeights(path: files.route, spec: files.spec)
        let clock = VirtualRunClock(start: Self.start, speed: options.speed) { seconds in
            await server.advance(by: seconds, canaryShare: await weights.canaryShare())
            if await server.secondWriterStrike() { await weights.reset() }
        }
        let session = RunSession(
            options: RunOptions(
                spec: files.spec,
                route: .file(files.route),
                journalDirectory: files.journal,
                startsNew: true,
                version: options.version
            ),
            observer: observer,
            inbox: inbox,
            clock: clock,
            page: page
        )
        let run = try await session.run()
        let truth = await server.truth
        return DemoReport(
            run: run,
            truth: truth,
            scenario: options.scenario,
            seed: options.seed,
            isAsExpected: isAsExpected(run, truth)
        )
    }

    private func isAsExpected(_ run: RunReport, _ truth: MeshTruth) -> Bool {
        guard let outcome = run.outcome else { return false }
        var said = "\(outcome.qualifiedWord) \(outcome.reason.text)"
        if case .rolledBack(_, .incomplete(let why)) = outcome { said += " \(why)" }
        let expectation = options.scenario.expectation
        if let name = expectation.mustName, !said.contains(name) { return false }
        return expectation.allows(
            outcome: outcome.word,
            reason: said,
            secondsAfterFirstCanaryRequest: truth.firstCanaryRequestSeconds.map { truth.seconds - $0 }
        )
    }

    /// Virtual time begins here, so that a demo is the same on each day.
    private static let start = Timestamp(milliseconds: 1_767_225_600_000)
}
