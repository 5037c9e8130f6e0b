import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryReport
import CanaryYAML

/// `haldane validate SPEC`: checks a spec without changing anything.
struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check a spec; faults are shown with line, column and caret, and end with 64.",
        discussion: """
            With --connect also the route, the pods, the telemetry, our permissions, who else writes the route, and the paths to \
            the canary that the rule does not govern: 0 a run can begin, 3 it would be refused. Nothing is written.
            """
    )

    @Argument(help: "The spec; - for standard input.", completion: .spec)
    var spec: String

    @Flag(name: .long, help: "Print every value with where it comes from.")
    var effective = false

    @Flag(name: .long, help: "Look at the route, the pods, the telemetry and the permissions as well.")
    var connect = false

    @OptionGroup var cluster: ClusterFlags
    @OptionGroup var settings: SettingOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await conclude(output) {
            let decoded = try SpecFile.decode(spec, settings: settings.settings)
            _ = try NoticeTemplates.resolved(decoded.spec.notify, specFile: spec)
            _ = try QueryFolder.load(decoded.queryFolder(specFile: spec), for: decoded.spec)
            if connect { return try await look(decoded) }
            let report = SpecReport(
                file: spec,
                name: decoded.hasNamespace || decoded.spec.route.file != nil
                    ? "\(decoded.spec.namespace)/\(decoded.spec.name)"
                    : "\(decoded.spec.name), in the namespace of the kubeconfig's context",
                entries: EffectiveSpec(decoded).entries.map {
                    SpecReport.Entry(path: $0.path, value: $0.value, origin: $0.origin.description)
                },
                warnings: SpecAdvice.warnings(decoded.spec)
            )
            switch output.output {
            case .json: Console.output.write(report.json(isEffective: effective))
            case .text: Console.output.write(report.text(isEffective: effective, style: Console.output.style))
            }
            return .healthy
        }
    }

    private func look(_ decoded: DecodedSpec) async throws -> CanaryCore.ExitCode {
        let options = try RunOptions(decoded, specFile: spec, cluster: cluster.options, journal: nil)
        let findings = try await ConnectCheck(options: options).run()
        let report = ConnectReport(findings: findings)
        switch output.output {
        case .json: Console.output.write(report.json())
        case .text: Console.output.write(report.text(style: Console.output.style))
        }
        return report.exitCode
    }
}
