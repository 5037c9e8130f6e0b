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
}
