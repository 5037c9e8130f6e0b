package import CanaryCore
import CanaryJournal
package import CanaryReport
import CanaryTelemetry

/// Rehearses a spec: reads the history, plays the rollouts side by side, and adds them up.
///
/// The report does not depend on the number of threads: each rollout is a function of the history, the settings and its number.
package struct RehearseSession: Sendable {
    /// Told now and then how far it has come.
    package typealias Progress = @Sendable (RehearsalProgressLine) -> Void

    private let options: RehearseOptions
    private let stop: RehearseStop
    private let progress: Progress

    package init(
        options: RehearseOptions,
        stop: RehearseStop = RehearseStop(),
        progress: @escaping Progress = { _ in }
    ) {
        self.options = options
        self.stop = stop
        self.progress = progress
    }

    /// Reads the history. Too little of it is an error that says what is missing, with the exit code of an undecided rehearsal.
    package func prepare() async throws(AgentError) -> Rehearsal {
        let history = try await history()
        do {
            return try Rehearsal(spec: options.spec, history: history, pods: options.pods, seed: options.seed)
        } catch {
            let code: ExitCode = error.reason.label == "short-history" ? .undecided : .unknown
            throw AgentError("cannot rehearse: \(error.reason.text)", hint: error.hint, exitCode: code)
        }
    }

    private func history() async throws(AgentError) -> RehearsalHistory {
        switch options.source {
        case .archive(let archive, let name, let from, let to):
            do {
                return RehearsalHistory(try await archive(.asNamed).windows(from: from, to: to), origin: name)
            } catch {
                throw AgentError("the history cannot be read: \(error.reason.text)", hint: error.hint)
            }
        case .recording(let path):
            return try recording(path)
        case .journals(let directory):
            do {
                let files = try JournalDirectory(existing: directory).runs()
                return JournalHistory.read(files, spec: options.spec, origin: "the journals in \(directory)")
            } catch {
                throw AgentError(
                    "there is no history to rehearse with: \(error.message)",
                    cause: error.cause,
                    hint:
                        "name a server under telemetry.prometheus, or use --windows with a recording or --journal with a folder",
                    exitCode: .usage
                )
            }
        }
    }

    private func recording(_ path: String) throws(AgentError) -> RehearsalHistory {
        let name = path == "-" ? "standard input" : path
        var recorded = RecordedHistory()
        do {
            try ChunkReader.forEachChunk(path) { chunk throws(RecordedWindowError) in try recorded.feed(chunk) }
            return try recorded.finish(origin: name)
        } catch let error as RecordedWindowError {
            throw AgentError(name, cause: error.description, exitCode: .usage)
        } catch {
            throw AgentError("cannot read \(name)", cause: "\(error)", exitCode: .usage)
        }
    }

    /// Rollouts of one kind with successive numbers.
    private struct Portion: Sendable {
        var kind: Int
        var numbers: Range<Int>
    }

    /// Plays the rollouts, until it is asked to stop.
    package func play(_ rehearsal: Rehearsal) async -> RehearsalReport {
        let kinds: [RehearsedRegression?] = [nil] + RehearsedRegression.usual.map { $0 }
        var waiting = kinds.indices.flatMap { kind in
            portions(kind, count: kind == 0 ? options.runs : options.regressedRuns)
        }.makeIterator()
        let asked = options.runs + (kinds.count - 1) * options.regressedRuns
        var runs = [[RehearsalRun]](repeating: [], count: kinds.count)
        var (played, rolledBack) = (0, 0)

        await withTaskGroup(of: (Int, [RehearsalRun]).self) { group in
            func begin() {
                guard stop.cause == nil, !Task.isCancelled, let portion = waiting.next() else { return }
                let regression = kinds[portion.kind]
                group.addTask {
                    (portion.kind, portion.numbers.map { rehearsal.run($0, regression: regression) })
                }
            }
            for _ in 0..<options.threads { begin() }
            while let (kind, found) = await group.next() {
                runs[kind] += found
                played += found.count
                if kind == 0 { rolledBack += found.count { $0.ending == .rolledBack } }
                progress(
                    RehearsalProgressLine(
                        played: played,
                        asked: asked,
                        regression: kinds[kind],
                        falseRollbacks: rolledBack
                    )
                )
                begin()
            }
        }
        // Every portion that was begun is whole, so what was played is the first numbers of each kind.
        for kind in runs.indices { runs[kind].sort { $0.number < $1.number } }
        let regressed = zip(kinds, runs).compactMap { kind, runs in
            kind.flatMap { runs.isEmpty ? nil : ($0, runs) }
        }
        return RehearsalReport(
            rehearsal,
            placebo: runs[0],
            regressed: regressed,
            asked: options.runs,
            interruption: played < asked ? stop.cause?.words ?? "cancelled" : nil
        )
    }

    private func portions(_ kind: Int, count: Int) -> [Portion] {
        stride(from: 0, to: count, by: Self.portion).map { start in
            Portion(kind: kind, numbers: start..<min(start + Self.portion, count))
        }
    }

    /// A tenth of a second of work or less, so that an interruption is heeded soon.
    private static let portion = 4
}
