import CanaryTestKit
import CanaryYAML
import Foundation
import Testing

/// The image: its file, and the program as `deploy/container/build` made it (`make` runs it before the tests).
@Suite("Container")
struct ContainerTests {
    private static let program = DeployFolder.checkout.appending(path: ".build/container/haldane")

    private static func output(_ tool: String, _ arguments: [String]) throws -> String {
        try ServerProcess.output(of: tool, arguments, variable: "HALDANE_TOOL", package: "binutils")
    }

    @Test("the program carries Swift's runtime with it, and needs only libraries that the image installs")
    func libraries() throws {
        try #require(
            FileManager.default.isExecutableFile(atPath: Self.program.path),
            "make runs deploy/container/build"
        )
        let said = try Self.output("readelf", ["-d", Self.program.path])
        let needed = Set(said.matches(of: /\(NEEDED\).*\[(.+?)\]/).map { String($0.output.1) })

        // Debian's package of each, beside libc and libgcc.
        let packages = [
            "libcurl.so.4": "libcurl4", "libzstd.so.1": "libzstd1", "libstdc++.so.6": "libstdc++6",
            "libz.so.1": "zlib1g",
        ]
        let system = needed.subtracting(packages.keys)
        #expect(
            system.allSatisfy { $0.wholeMatch(of: /(libc|libm|libgcc_s|ld-linux[\w-]*)\.so\.\d+/) != nil },
            "\(system)"
        )
        let stages = try DeployFolder.text("container/Containerfile").components(separatedBy: "\nFROM ")
        let last = try #require(stages.last)
        for package in packages.values { #expect(last.contains(" \(package)"), "\(package)") }
    }

    @Test(
        "the program knows each argument of the manifests",
        arguments: ["kustomize/overlays/namespaced", "kustomize/sweep"]
    )
    func arguments(path: String) throws {
        let containers = try DeployFolder.build(path).flatMap { $0.podTemplate?[["spec", "containers"]]?.items ?? [] }
        for container in containers {
            let words = container["args"]?.items?.compactMap(\.string) ?? []
            let help = try Self.output("sh", ["-c", "'\(Self.program.path)' help \(try #require(words.first))"])
            for word in words.dropFirst() {
                let flag = String(word.prefix { $0 != "=" })
                #expect(help.contains(flag), "`haldane \(words[0])` has no \(flag)")
            }
        }
    }

    @Test("the program rolls a bad version back", .timeLimit(.minutes(2)))
    func demo() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "haldane-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let said = try await ServerProcess.onThread {
            // The rolled-back run ends with 2.
            try Self.output(
                "sh",
                [
                    "-c",
                    "'\(Self.program.path)' demo --scenario errors --speed 0 --directory '\(folder.path)' --output json || [ $? = 2 ]",
                ]
            )
        }

        #expect(said.contains("\"outcome\":\"rolledBack\""), "\(said.suffix(2000))")
    }

    @Test("the last stage runs nothing as root, and the entry point without a shell")
    func file() throws {
        let text = try DeployFolder.text("container/Containerfile")
        let stages = text.components(separatedBy: "\nFROM ")

        try #require(stages.count == 3)
        #expect(stages[1].contains("swift:6.3.1-bookworm AS builder") && stages[2].contains("debian:bookworm-slim"))
        #expect(stages[1].contains("deploy/container/build /out/haldane"))
        #expect(stages[2].contains("\nUSER 65532:65532\n"))
        #expect(stages[2].contains("\nENTRYPOINT [\"/usr/local/bin/haldane\"]"))
        #expect(text.contains("linux/amd64,linux/arm64") && text.contains("ARG TARGETARCH"))
    }

    /// What the builder stage copies from the checkout.
    private static func copied() throws -> [String] {
        let stages = try DeployFolder.text("container/Containerfile").components(separatedBy: "\nFROM ")
        let lines = stages[1].split(separator: "\n").filter { $0.hasPrefix("COPY ") && !$0.contains("--from=") }
        return lines.flatMap { $0.split(separator: " ").dropFirst().dropLast().map(String.init) }
    }

    /// Where the package's targets are, as the manifest says or as it is when the manifest is silent.
    private static func targets() throws -> [String: String] {
        let text = try String(contentsOf: DeployFolder.checkout.appending(path: "Package.swift"), encoding: .utf8)
        let heads = text.matches(of: /\.(systemLibrary|target|executableTarget|testTarget|plugin)\(\s*name: "(.+?)"/)
        var paths: [String: String] = [:]
        for (index, head) in heads.enumerated() {
            let end = heads.indices.contains(index + 1) ? heads[index + 1].range.lowerBound : text.endIndex
            let name = String(head.output.2)
            let stated = text[head.range.upperBound..<end].firstMatch(of: /path: "(.+?)"/).map { String($0.output.1) }
            paths[name] = stated ?? (head.output.1 == "testTarget" ? "Tests/\(name)" : "Sources/\(name)")
        }
        return paths
    }

    @Test("what the package and its build script are made of is copied into the build, and the build may ask for it")
    func sources() throws {
        let copied = try Self.copied()
        func isCopied(_ path: String) -> Bool { copied.contains { path == $0 || path.hasPrefix($0 + "/") } }
        let checkout = DeployFolder.checkout
        let targets = try Self.targets()
        #expect(targets["haldane"] != nil && targets["DeployTests"] != nil && targets["CanaryQueries"] == "queries")
        for (name, path) in targets {
            #expect(FileManager.default.fileExists(atPath: checkout.appending(path: path).path), "\(name): \(path)")
            #expect(isCopied(path), "\(name) is in \(path)")
        }
        for file in ["Package.swift", "Package.resolved", "deploy/container/build"] {
            #expect(isCopied(file), "\(file)")
        }

        // Whatever else of the checkout the script names.
        let script = try DeployFolder.text("container/build").split(separator: "\n").filter { !$0.hasPrefix("#") }
        let words = script.flatMap { line in
            line.split { !($0.isLetter || $0.isNumber || "./_-".contains($0)) }.map(String.init)
        }
        let named = words.filter { $0.contains("/") && !$0.hasPrefix("/") && !$0.hasPrefix(".") }
        for path in named where FileManager.default.fileExists(atPath: checkout.appending(path: path).path) {
            #expect(isCopied(path), "deploy/container/build names \(path)")
        }

        let ignored = try DeployFolder.text("container/Containerfile.dockerignore").split(separator: "\n")
        #expect(ignored.contains("*"))
        for path in copied { #expect(ignored.contains { $0 == "!\(path)" }, "the build may not ask for \(path)") }
    }

    @Test("nothing that is copied into the build is a link to what is not")
    func links() throws {
        let checkout = DeployFolder.checkout
        let copied = try Self.copied()
        for folder in copied {
            let inside = FileManager.default.enumerator(atPath: checkout.appending(path: folder).path)
            for name in inside?.compactMap({ $0 as? String }) ?? [] {
                let path = checkout.appending(path: "\(folder)/\(name)").path
                guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else { continue }
                Issue.record("\(folder)/\(name) leads to \(target)")
            }
        }
    }
}
