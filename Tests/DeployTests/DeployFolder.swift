import CanaryTestKit
import CanaryYAML
import Foundation

/// The folder `deploy/`, as the tools of users read it.
enum DeployFolder {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static let tests = URL(filePath: #filePath).deletingLastPathComponent()
    static let checkout = tests.deletingLastPathComponent().deletingLastPathComponent()
    static let url = checkout.appending(path: "deploy").resolvingSymlinksInPath()

    /// Every YAML file but those of the chart, whose templates are none, and those of tools that are not Kubernetes'.
    static let manifests: [String] = {
        let paths = FileManager.default.enumerator(atPath: url.path)?.compactMap { $0 as? String } ?? []
        return paths.filter { $0.hasSuffix(".yaml") && !$0.hasPrefix("chart/") && !$0.hasPrefix("prometheus/") }
            .sorted()
    }()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: url.appending(path: path), encoding: .utf8)
    }

    /// The documents of a file.
    static func documents(_ path: String) throws -> [JSONValue] { try documents(of: text(path)) }

    static func documents(of text: String) throws -> [JSONValue] { try Manifests.documents(of: text) }

    /// What `kubectl apply -k` would apply.
    static func build(_ path: String) throws -> [JSONValue] {
        let text = try ServerProcess.output(
            of: "kubectl",
            ["kustomize", url.appending(path: path).path],
            variable: "KUBECTL",
            package: "kubernetes-client"
        )
        return try documents(of: text)
    }

    /// What `helm install` would install, without the CRDs; rendered by Helm's own engine.
    static func chart(_ values: JSONValue = [:], namespace: String = "haldane-system") throws -> [JSONValue] {
        let json = String(decoding: JSONText.bytes(of: values), as: UTF8.self)
        let said = try python("chart.py", [url.appending(path: "chart").path, namespace, json])
        return try documents(of: said)
    }

    /// Runs one of our scripts with the packages that `make setup` installs, and gives what it printed on standard output.
    static func python(_ script: String, _ arguments: [String]) throws -> String {
        let interpreter =
            ProcessInfo.processInfo.environment["HALDANE_PYTHON"]
            ?? checkout.appending(path: ".tools/venv/bin/python").path
        guard FileManager.default.isExecutableFile(atPath: interpreter) else {
            throw Failure(description: "there is no \(interpreter); run 'make setup'")
        }
        let tool = tests.appending(path: "Tools/\(script)").path
        let process = Process()
        process.executableURL = URL(filePath: interpreter)
        process.arguments = [tool] + arguments
        let output = Pipe()
        let errors = FileManager.default.temporaryDirectory.appending(path: "haldane-\(UUID().uuidString).log")
        _ = FileManager.default.createFile(atPath: errors.path, contents: nil)
        defer { try? FileManager.default.removeItem(at: errors) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        let said = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let words = String(decoding: try Data(contentsOf: errors), as: UTF8.self)
            throw Failure(description: "\(script) failed: \(words.suffix(3000))")
        }
        return String(decoding: said, as: UTF8.self)
    }
}

extension JSONValue {
    /// `Deployment haldane-system/haldane-agent`.
    var title: String {
        let place = self["metadata"]?["namespace"]?.string.map { $0 + "/" } ?? ""
        return "\(self["kind"]?.string ?? "?") \(place)\(self["metadata"]?["name"]?.string ?? "?")"
    }

    /// A member of members.
    subscript(path: [String]) -> JSONValue? { path.reduce(self) { $0?[$1] } }

    /// The pods that an object makes; nil for other kinds.
    var podTemplate: JSONValue? {
        switch self["kind"] {
        case "Deployment": self[["spec", "template"]]
        case "CronJob": self[["spec", "jobTemplate", "spec", "template"]]
        default: nil
        }
    }

    /// Every value inside that satisfies a condition, itself among them.
    func all(where isWanted: (JSONValue) -> Bool) -> [JSONValue] {
        let inner = (items ?? []) + (members.map { Array($0.values) } ?? [])
        return (isWanted(self) ? [self] : []) + inner.flatMap { $0.all(where: isWanted) }
    }
}
