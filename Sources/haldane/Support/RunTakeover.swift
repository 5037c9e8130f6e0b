import CanaryAgent
import CanaryCore
import CanaryReport
import CanaryYAML
import FoundationEssentials

/// Takes an unfinished run up in this process, with a command for it already there.
struct RunTakeover {
    private let run: RecordedRun
    private let found: RunFinder.Found
    private let cluster: ClusterOptions

    init(_ run: RecordedRun, _ found: RunFinder.Found, cluster: ClusterOptions) {
        self.run = run
        self.found = found
        self.cluster = cluster
    }

    func perform(
        _ command: Rollout.OperatorCommand,
        isQuiet: Bool,
        _ output: OutputOptions
    ) async throws -> CanaryCore.ExitCode {
        if !isQuiet {
            Console.talk.write("no process is at the run \(run.snapshot.header.run); this one takes it up\n")
        }
        let inbox = RunInbox()
        inbox.send(.command(command))
        return try await RunAction.perform(
            try options(),
            inbox: inbox,
            onInterrupt: .keep,
            isQuiet: isQuiet,
            output
        )
    }

    /// The run as it was begun: its own spec, whatever the spec's file says by now.
    private func options() throws -> RunOptions {
        let spec = run.snapshot.header.spec
        var options = RunOptions(
            spec: spec,
            live: try live(spec),
            route: try route(spec),
            cluster: cluster,
            journalDirectory: found.folder.path,
            version: Version.number
        )
        if spec.route.settle != nil, let path = found.spec {
            // Without the spec's file a promotion says that its commit is left to a person.
            options.settle.file = (try? SpecFile.decode(path, settings: []))?.settleFile(specFile: path)
        }
        return options
    }

    /// With `${VAR}` expanded as the spec's file has it. Without the file, and without the variables, the rollback is still
    /// written; only the proof that the canary is empty may be missing.
    private func live(_ spec: CanarySpec) throws -> CanarySpec {
        guard let path = found.spec else { return spec }
        let now = try SpecFile.decode(path, settings: []).expanded(environment: Console.environment).spec
        var live = spec
        live.telemetry.security = now.telemetry.security
        live.notify = (try? NoticeTemplates.resolved(now.notify, specFile: path)) ?? now.notify
        if now.telemetry.targets.count == spec.telemetry.targets.count {
            live.telemetry.targets = now.telemetry.targets
        }
        if now.telemetry.prometheus != nil, spec.telemetry.prometheus != nil {
            live.telemetry.prometheus = now.telemetry.prometheus
        }
        return live
    }

    /// Where the run's route is: beside the spec's file, else where the run said that it was.
    private func route(_ spec: CanarySpec) throws -> RoutePlace {
        guard let file = spec.route.file else { return .cluster }
        var candidates = [file]
        if let path = found.spec, let beside = try SpecFile.decode(path, settings: []).routeFile(specFile: path) {
            candidates.insert(beside, at: 0)
        }
        // A place reads `PATH: OBJECT`.
        let place = run.snapshot.header.place
        if let end = place.firstRange(of: ": ")?.lowerBound { candidates.insert(String(place[..<end]), at: 0) }
        guard let path = candidates.first(where: FileManager.default.fileExists) else {
            throw CommandFault(
                InputFault(
                    "the route file \(candidates[0]) of the run is not there",
                    hint:
                        "name the spec, from the folder in which the run was begun: haldane rollback SPEC --reason WHY"
                ),
                .unknown
            )
        }
        return .file(path)
    }
}
