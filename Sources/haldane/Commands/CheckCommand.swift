import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryQueries
import CanaryReport
import CanaryTelemetry
import CanaryTransport
import CanaryYAML

/// `haldane check`: the health check that runs unattended.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check services unattended: a Monitoring-Plugins line, evidence that is kept between invocations.",
        discussion: """
            Two versions that share the traffic are compared with each other; a service with one version is compared with its own past \
            (the same hour yesterday and last week), which is confounded by time. Evidence is kept in the state folder, with at most \
            --budget false alarms a service and year of watching; over a fleet --false-discovery bounds the part of wrong ones among \
            those named.

            The exit code is that of the worst: 2 CRITICAL (degraded), 3 UNKNOWN, 1 WARNING (undecided), 0 OK, in this order. No \
            service judged is 3. Invalid use is 64.

            examples:
              haldane check canary.yaml
              haldane check --all --files deploy/ --prometheus http://prometheus:9090
              */5 * * * * haldane check --cron canary.yaml --ping https://hc.example/uuid
            """
    )

    @Argument(help: "Specs; - for standard input.", completion: .spec)
    var specs: [String] = []

    @OptionGroup var fleet: CheckFleetOptions

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("How long to scrape where the telemetry is scraped.", valueName: "duration")
    )
    var length: String = "60s"

    @Option(name: .long, help: "Where evidence is kept between invocations; locked while a check runs.")
    var state: String = ".haldane/check"

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The time for everything; what is not answered by then is unknown. (default: 50s, or 30s more than --for)",
            valueName: "duration"
        )
    )
    var timeout: String?

    @Option(name: .long, help: ArgumentHelp("Tolerated false alarms of a service in a year.", valueName: "number"))
    var budget: Double = 1

    @Option(
        name: .long,
        help: ArgumentHelp("Tolerated part of wrong ones among the services that are named.", valueName: "percent")
    )
    var falseDiscovery: String = "5%"

    @Flag(name: .long, help: "Say nothing unless something changed, or a failure has stood for another day.")
    var cron = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A dead man's switch: URL/start, URL or URL/fail is called. (default: $HALDANE_PING)",
            valueName: "url"
        )
    )
    var ping: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Write gauges for the node exporter's textfile collector.", valueName: "path")
    )
    var textfile: String?

    @Option(name: .long, help: ArgumentHelp("Write a JUnit report.", valueName: "path"))
    var junit: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Write the first line there, as into /dev/termination-log.", valueName: "path")
    )
    var message: String?

    @OptionGroup var summary: SummaryOptions
    @OptionGroup var report: ReportOptions
    @OptionGroup var settings: SettingOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard !specs.isEmpty || fleet.all else { throw ValidationError("Give a spec, or --all.") }
        guard specs.count(where: { $0 == "-" }) <= 1 else {
            throw ValidationError("Standard input can be one spec only.")
        }
        try fleet.check()
        guard budget.isFinite, budget > 0, budget <= 1000 else {
            throw ValidationError("--budget must be above 0 and at most 1000.")
        }
        guard let rate, rate > 0, rate < 1 else {
            throw ValidationError("--false-discovery must be a percentage between 0 and 100.")
        }
        guard let seconds = SpecSyntax.duration(length), seconds >= .seconds(1), seconds <= .seconds(3600) else {
            throw ValidationError("--for must be from 1s to 1h.")
        }
        guard
            timeout == nil
                || timeout.flatMap(SpecSyntax.duration).map({ $0 >= .seconds(1) && $0 <= .seconds(3600) }) == true
        else { throw ValidationError("--timeout must be from 1s to 1h.") }
        for (name, path) in [("--state", state), ("--textfile", textfile), ("--junit", junit), ("--message", message)]
        where path?.isEmpty == true {
            throw ValidationError("\(name) must not be empty.")
        }
        if let ping, !ping.hasPrefix("http://"), !ping.hasPrefix("https://") {
            throw ValidationError("--ping must be an http:// or https:// URL.")
        }
    }

    func run() async throws {
        try await conclude(output, for: .action) {
            // Everything that can be wrong with the input is told before anything is asked.
            let runs = try specs.map { path in
                try RunOptions(
                    SpecFile.decode(path, settings: settings.settings),
                    specFile: path,
                    cluster: fleet.cluster.options,
                    journal: nil
                )
            }
            let keys = runs.map { "\($0.spec.namespace)/\($0.spec.name)" }
            if let double = keys.first(where: { key in keys.count { $0 == key } > 1 }) {
                throw CommandFault(
                    InputFault("two of the specs are called '\(double)'", hint: "give each a metadata.name of its own"),
                    .usage
                )
            }
            let client = HTTPClient()
            do {
                let end = try await session(runs, client).run { tell($0) }
                await client.shutdown()
                for warning in end.warnings { Console.talk.write("warning: \(warning)\n") }
                write(end.report)
                return end.report.exitCode
            } catch {
                await client.shutdown()
                throw error
            }
        }
    }

    private func session(_ runs: [RunOptions], _ client: HTTPClient) throws -> CheckSession {
        let length = SpecSyntax.duration(length) ?? .seconds(60)
        let scrapes = runs.contains { $0.live.telemetry.prometheus == nil }
        let patience = timeout.flatMap(SpecSyntax.duration) ?? (scrapes ? length + .seconds(30) : .seconds(50))
        var probes: [any CheckProbe] = try runs.map { run in
            SpecProbe(
                options: run,
                queries: try QueryFolder.load(run.live.telemetry.prometheus?.queries),
                client: client,
                length: length,
                patience: patience
            )
        }
        if fleet.all { probes.append(FleetProbe(FleetSession(try fleet.options(), http: client))) }
        let address = ping ?? Console.environment["HALDANE_PING"].flatMap { $0.isEmpty ? nil : $0 }
        return CheckSession(
            options: CheckOptions(
                stateDirectory: state,
                rules: CheckRules(falseAlarmsPerYear: budget, falseDiscovery: rate ?? 0.05),
                timeout: patience,
                isCron: cron,
                ping: address,
                textfile: textfile,
                junit: junit,
                message: message
            ),
            probes: probes,
            client: client
        )
    }

    private func tell(_ report: CheckReport) {
        SummaryOptions.append(StepSummary(report), to: summary.summary)
        switch output.output {
        case .json: Console.output.write(report.json())
        case .text: Console.output.write(PluginOutput(report: report).text)
        }
    }

    /// Written at each check, whether there is something to tell or not.
    private func write(_ check: CheckReport) {
        ReportOptions.write(to: report.report) { format in
            switch format {
            case .html: try CheckPage(check, version: Version.number).html()
            case .markdown: StepSummary(check).markdown
            case .json: String(decoding: check.json(), as: UTF8.self)
            case .junit: JUnitReport(report: check).text
            case .text: PluginOutput(report: check).text
            }
        }
    }

    /// 0...1.
    private var rate: Double? { SpecSyntax.percent(falseDiscovery) }
}

/// `--all` and what goes with it.
struct CheckFleetOptions: ParsableArguments {
    @Flag(name: .long, help: "Check every service that VirtualServices and HTTPRoutes send requests to.")
    var all = false

    @Option(
        name: .long,
        parsing: .upToNextOption,
        help: ArgumentHelp("Files and folders with the routes. (default: the cluster)", valueName: "path")
    )
    var files: [String] = []

    @Option(name: .long, help: ArgumentHelp("The Prometheus server that is asked; may hold ${VAR}.", valueName: "url"))
    var prometheus: String?

    @Option(
        name: .long,
        help: ArgumentHelp("A file with a bearer token for that server.", valueName: "path")
    )
    var prometheusTokenFile: String?

    @Option(name: .long, help: ArgumentHelp("A folder of queries that replace the built-in ones.", valueName: "folder"))
    var queries: String?

    @Option(name: .long, parsing: .upToNextOption, help: "Only services of these namespaces.")
    var namespace: [String] = []

    @Option(name: .long, help: "Whose telemetry: destination, source or waypoint.")
    var reporter: Reporter = .destination

    @Option(
        name: .long,
        help: ArgumentHelp(
            "What services promise, e.g. 99.9%: their burn rates are checked, too.",
            valueName: "percent"
        )
    )
    var objective: String?

    @OptionGroup var cluster: ClusterFlags

    func check() throws {
        guard all else {
            guard files.isEmpty, prometheus == nil, namespace.isEmpty, objective == nil, queries == nil else {
                throw ValidationError("--files, --prometheus, --namespace, --queries and --objective go with --all.")
            }
            return
        }
        guard prometheus != nil else { throw ValidationError("--all needs --prometheus URL.") }
        if objective != nil {
            guard let success, success > 0, success < 1 else {
                throw ValidationError("--objective must be a percentage between 0 and 100.")
            }
        }
    }

    func options() throws -> FleetOptions {
        var server = PrometheusSpec(url: try expanded(prometheus ?? ""))
        server.security.tokenFile = prometheusTokenFile
        let usesCluster = files.isEmpty || cluster.context != nil || cluster.kubeconfig != nil
        return FleetOptions(
            files: files,
            cluster: usesCluster ? cluster.options : nil,
            namespaces: namespace,
            prometheus: server,
            queries: try QueryFolder.load(queries),
            reporter: reporter,
            objective: success.map { ServiceObjective(success: $0) }
        )
    }

    private var success: Double? { objective.flatMap(SpecSyntax.percent) }

    /// `${VAR}` by the environment; a missing one is told by its name.
    private func expanded(_ text: String) throws(CommandFault) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "${"), let end = rest[start.upperBound...].firstIndex(of: "}") {
            let name = String(rest[start.upperBound..<end])
            guard let value = Console.environment[name] else {
                throw CommandFault(InputFault("the variable ${\(name)} of --prometheus is not set"), .usage)
            }
            result += rest[..<start.lowerBound] + value
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }
}

extension Reporter: ExpressibleByArgument {}
