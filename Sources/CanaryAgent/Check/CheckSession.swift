package import CanaryCore
import CanaryJournal
import CanaryReport
package import CanaryTransport

/// One invocation of `check`: lock, state, look, judge, state, report.
package struct CheckSession: Sendable {
    private let options: CheckOptions
    private let probes: [any CheckProbe]
    private let client: HTTPClient
    private let clock: any RunClock

    /// - Parameter client: for the ping; the caller shuts it down.
    package init(
        options: CheckOptions,
        probes: [any CheckProbe],
        client: HTTPClient,
        clock: any RunClock = WallRunClock()
    ) {
        self.options = options
        self.probes = probes
        self.client = client
        self.clock = clock
    }

    /// How it ended.
    package struct End: Sendable {
        package var report: CheckReport
        /// What went wrong beside the check: a ping or a file that could not be delivered. Never a reason for another exit code.
        package var warnings: [String]
    }

    /// - Parameter tell: is given the report as soon as there is one, and before it is noted that it was told: a process that is
    ///   ended meanwhile tells it again. It is not called where nothing is to be said (`--cron`).
    package func run(tell: (CheckReport) -> Void = { _ in }) async -> End {
        let now = await clock.now()
        let ping = options.ping.map { CheckPing(url: $0, client: client) }
        var warnings: [String] = []
        let report: CheckReport
        do throws(CheckFault) {
            report = try await checked(now, ping, &warnings, tell)
        } catch {
            // That another check is running is no news under cron: it says what there is to say.
            let isNews = !options.isCron || error.reason.label != "locked"
            report = CheckReport(at: now, rules: options.rules, fault: error.reason, isNews: isNews)
            if isNews { tell(report) }
        }
        if let ping {
            let line = PluginOutput(report: report).firstLine
            let isFailure = report.kind == .degraded || report.kind == .unknown
            if let why = await ping.send(isFailure ? .fail : .success, text: line) { warnings.append(why) }
        }
        if let path = options.textfile { write(NodeTextfile(report: report).bytes, to: path, &warnings) }
        if let path = options.junit { write(JUnitReport(report: report).bytes, to: path, &warnings) }
        if let path = options.message {
            do throws(SystemFailure) {
                try AtomicFile.overwrite(Array((PluginOutput(report: report).firstLine + "\n").utf8), at: path)
            } catch {
                warnings.append("cannot write '\(path)': \(error.text)")
            }
        }
        return End(report: report, warnings: warnings)
    }

    private func checked(
        _ now: Timestamp,
        _ ping: CheckPing?,
        _ warnings: inout [String],
        _ tell: (CheckReport) -> Void
    ) async throws(CheckFault) -> CheckReport {
        do {
            try AtomicFile.makeFolder(options.stateDirectory)
        } catch {
            throw CheckFault(Reason("state", "cannot make the folder '\(options.stateDirectory)': \(error.text)"))
        }
        let lock = try CheckLock(
            folder: options.stateDirectory,
            now: now,
            until: now.advanced(by: options.timeout + Self.grace)
        )
        let file = CheckStateFile(folder: options.stateDirectory)
        let found = try file.load()
        async let started = ping?.send(.start, text: "")
        let gathered = await CheckGathering(probes: probes, timeout: options.timeout).run(found.state, now: now)
        if let why = await started { warnings.append(why) }

        var state = found.state
        let verdicts = CheckJudge(rules: options.rules).judge(gathered.looks, state: &state, now: now)
        var report = CheckReport(
            at: now,
            verdicts: verdicts,
            rules: options.rules,
            fault: fault(gathered, verdicts),
            restarted: found.restarted,
            samples: gathered.looks.reduce(0) { $0 &+ $1.samples },
            notes: notes(gathered, lock.takenOver)
        )
        report.isNews = CheckTelling.isNews(report, state: state)
        save(state, in: file, lock, &report)
        if report.isNews || !options.isCron {
            tell(report)
            CheckTelling.note(report, in: &state)
            save(state, in: file, lock, &report)
        }
        lock.release()
        return report
    }

    private func fault(_ gathered: CheckGathering.Found, _ verdicts: [CheckVerdict]) -> Reason? {
        if gathered.isTimedOut {
            let limit = Phrase.duration(options.timeout.inSeconds)
            return Reason("timeout", "the check was ended after \(limit) (--timeout); what was read by then is counted")
        }
        if let fault = gathered.looks.lazy.compactMap(\.fault).first { return fault }
        return verdicts.isEmpty ? Reason("nothing", "no service was found, so none was judged") : nil
    }

    /// Evidence that is not kept would silently never be enough: a state that cannot be written is a failure of the check.
    private func save(
        _ state: CheckState,
        in file: CheckStateFile,
        _ lock: borrowing CheckLock,
        _ report: inout CheckReport
    ) {
        guard lock.isOwn else {
            report.fault = Reason(
                "locked",
                "another check has taken over: this one is past its deadline and keeps nothing"
            )
            return
        }
        do throws(CheckFault) {
            try file.save(state)
        } catch {
            report.fault = error.reason
            report.isNews = true
        }
    }

    private func notes(_ gathered: CheckGathering.Found, _ takenOver: String?) -> [String] {
        var notes = [takenOver].compactMap { $0 }
        for note in gathered.looks.flatMap(\.notes) where !notes.contains(note) && notes.count < Self.mostNotes {
            notes.append(note)
        }
        return notes
    }

    private func write(_ bytes: [UInt8], to path: String, _ warnings: inout [String]) {
        do throws(SystemFailure) {
            try AtomicFile.deliver(bytes, to: path)
        } catch {
            warnings.append("cannot write '\(path)': \(error.text)")
        }
    }

    /// Beyond its deadline a check still judges and writes.
    private static let grace = Duration.seconds(30)
    private static let mostNotes = 40
}
