import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryReport
import CanaryYAML

/// `haldane validate SPEC`: checks a spec or a policy without changing anything.
struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check a spec or a CanaryPolicy; faults are shown with line, column and caret, and end with 64.",
        discussion: """
            With --connect also the route, the pods, the telemetry, our permissions, who else writes the route, and the paths to \
            the canary that the rule does not govern: 0 a run can begin, 3 it would be refused. Nothing is written.

            A canary that leaves out its route or telemetry is one for an agent: with --connect it is completed from the cluster as \
            the agent there does it, and what was inferred from what is said.

            With --policy or --objects the canary is completed and checked as the agent does it for an object of the cluster: \
            values of the policies, values inferred from the manifests, and what a canary may not say there. Add --effective to \
            see where each value comes from.
            """
    )

    @Argument(help: "The spec or policy; - for standard input.", completion: .spec)
    var spec: String

    @Flag(name: .long, help: "Print every value with where it comes from.")
    var effective = false

    @Flag(name: .long, help: "Look at the route, the pods, the telemetry and the permissions as well.")
    var connect = false

    @OptionGroup var cascade: CascadeOptions
    @OptionGroup var cluster: ClusterFlags
    @OptionGroup var settings: SettingOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if cascade.isAsked, connect {
            throw ValidationError(
                "--connect looks at a run of one's own; it excludes --policy, --objects and --trusted."
            )
        }
    }

    func run() async throws {
        try await conclude(output) {
            let text = try ByteInput.readText(spec)
            if PolicyDocument.isMeant(by: text) { return try checkPolicy(text) }
            if cascade.isAsked { return try checkCascade(text) }
            if connect, CanaryCascade.isCompletedInCluster(text) { return try await complete(text) }
            let decoded = try SpecDecoder.apply(sets: settings.settings, to: SpecDecoder.decode(text: text, file: name))
            try checkFiles(decoded)
            if connect { return try await look(decoded) }
            let place =
                decoded.hasNamespace || decoded.spec.route.file != nil
                ? "\(decoded.spec.namespace)/\(decoded.spec.name)"
                : "\(decoded.spec.name), in the namespace of the kubeconfig's context"
            return write(EffectiveSpec(decoded).entries, name: place, warnings: SpecAdvice.warnings(decoded.spec))
        }
    }

    private var name: String { spec == "-" ? "standard input" : spec }

    /// Templates and queries that the spec names as files.
    private func checkFiles(_ decoded: DecodedSpec) throws {
        _ = try NoticeTemplates.resolved(decoded.spec.notify, specFile: spec)
        _ = try QueryFolder.load(decoded.queryFolder(specFile: spec), for: decoded.spec)
    }

    private func checkCascade(_ text: String) throws -> CanaryCore.ExitCode {
        let composed = try cascade.compose(text, file: name, settings: settings.settings)
        if cascade.trusted { try checkFiles(composed.decoded) }
        let canary = composed.decoded.spec
        var warnings = composed.notes + SpecAdvice.warnings(canary)
        if composed.isOpen {
            warnings.append(
                "the route is inferred in the cluster: --connect alone infers it there, --objects FILE from manifests"
            )
        }
        return write(composed.effective, name: "\(canary.namespace)/\(canary.name)", warnings: warnings)
    }

    private func checkPolicy(_ text: String) throws -> CanaryCore.ExitCode {
        guard !connect, !cascade.isAsked, settings.settings.isEmpty else {
            throw CommandFault(
                InputFault(
                    "\(name) is a CanaryPolicy",
                    hint:
                        "--connect, --policy, --objects and --set are for a Canary: validate that one with --policy \(name)"
                ),
                .usage
            )
        }
        let policy = try PolicyDocument.decode(text: text, file: name)
        let place = policy.namespace.map { "CanaryPolicy of the namespace \($0)" } ?? "CanaryPolicy"
        return write(policy.effective, name: place, warnings: [])
    }

    private func write(
        _ entries: [EffectiveSpec.Entry],
        name place: String,
        warnings: [String]
    ) -> CanaryCore.ExitCode {
        let report = SpecReport(
            file: spec,
            name: place,
            entries: entries.map {
                SpecReport.Entry(path: $0.path, value: $0.value, origin: $0.origin.description)
            },
            warnings: warnings
        )
        switch output.output {
        case .json: Console.output.write(report.json(isEffective: effective))
        case .text: Console.output.write(report.text(isEffective: effective, style: Console.output.style))
        }
        return .healthy
    }

    private func look(_ decoded: DecodedSpec) async throws -> CanaryCore.ExitCode {
        let options = try RunOptions(decoded, specFile: spec, cluster: cluster.options, journal: nil)
        return write(ConnectReport(findings: try await ConnectCheck(options: options).run()))
    }

    /// A canary of which an agent infers the rest.
    private func complete(_ text: String) async throws -> CanaryCore.ExitCode {
        let completion = try await CanaryCompletion.make(
            of: text,
            file: name,
            sets: settings.settings,
            in: cluster.options,
            now: { TimeArgument.now }
        )
        let options = completion.options(cluster: cluster.options, version: Version.number)
        let findings = try await ConnectCheck(options: options).run()
        return write(ConnectReport(findings: completion.findings + findings))
    }

    private func write(_ report: ConnectReport) -> CanaryCore.ExitCode {
        switch output.output {
        case .json: Console.output.write(report.json())
        case .text: Console.output.write(report.text(style: Console.output.style))
        }
        return report.exitCode
    }
}
