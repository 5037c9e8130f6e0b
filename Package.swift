// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "haldane",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "haldane", targets: ["haldane"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    ],
    targets: [
        // C libraries.
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),

        // Pure: no IO, no clock, no logging.
        .target(name: "CanaryQueries", path: "queries", exclude: ["README.md"], resources: [.embedInCode("promql")]),
        .target(name: "CanaryStatistics"),
        .target(name: "CanaryTelemetry"),
        .target(name: "CanaryCore", dependencies: ["CanaryStatistics", "CanaryTelemetry"]),
        .target(name: "CanaryYAML", dependencies: ["CanaryCore", "CanaryTelemetry", "Yams"]),
        .target(
            name: "CanaryReport",
            dependencies: [
                "CanaryCore", "CanaryStatistics", "CanaryTelemetry",
                .product(name: "Mustache", package: "swift-mustache"),
            ]
        ),

        // IO.
        .target(name: "CanaryTransport", dependencies: ["CCurl"]),
        .target(name: "CanaryKubernetes", dependencies: ["CanaryTransport", "CanaryYAML"]),
        .target(name: "CanaryJournal", dependencies: ["CZstd", "CanaryCore", "CanaryTelemetry"]),
        .target(
            name: "CanarySources",
            dependencies: [
                "CanaryCore", "CanaryKubernetes", "CanaryQueries", "CanaryStatistics", "CanaryTelemetry",
                "CanaryTransport", "CanaryYAML",
            ]
        ),
        .target(name: "CanaryRouting", dependencies: ["CanaryCore", "CanaryKubernetes", "CanaryYAML"]),
        .target(
            name: "CanarySimulator",
            dependencies: ["CanaryCore", "CanaryTelemetry", "CanaryRouting", "CanaryYAML", "FlyingFox"]
        ),
        .target(
            name: "CanaryAgent",
            dependencies: [
                "CanaryCore", "CanaryJournal", "CanaryKubernetes", "CanaryQueries", "CanaryReport", "CanaryRouting",
                "CanarySimulator", "CanarySources", "CanaryStatistics", "CanaryTelemetry", "CanaryTransport",
                "CanaryYAML", "FlyingFox",
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]
        ),
        .executableTarget(
            name: "haldane",
            dependencies: [
                "CanaryAgent", "CanaryCore", "CanaryJournal", "CanaryKubernetes", "CanaryQueries", "CanaryReport",
                "CanaryRouting",
                "CanarySimulator", "CanarySources", "CanaryStatistics", "CanaryTelemetry", "CanaryTransport",
                "CanaryYAML",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),

        // Tests: one folder a module.
        .testTarget(name: "CanaryQueriesTests", dependencies: ["CanaryQueries", "CanaryTestKit"]),
        .target(
            name: "CanaryTestKit",
            dependencies: ["CanaryCore", "CanaryRouting", "CanarySimulator", "CanaryTelemetry", "CanaryYAML"],
            path: "Tests/CanaryTestKit"
        ),
        .testTarget(
            name: "CanaryStatisticsTests",
            dependencies: ["CanaryStatistics", "CanaryTestKit"],
            resources: [.copy("Fixtures")]
        ),
        .testTarget(
            name: "CanaryTelemetryTests",
            dependencies: ["CanaryTelemetry", "CanaryTestKit"],
            resources: [.copy("Fixtures")]
        ),
        .testTarget(
            name: "CanaryCoreTests",
            dependencies: ["CanaryCore", "CanaryStatistics", "CanaryTelemetry", "CanaryTestKit"]
        ),
        .testTarget(
            name: "CanaryYAMLTests",
            dependencies: ["CanaryCore", "CanaryTelemetry", "CanaryYAML", "CanaryTestKit"]
        ),
        .testTarget(
            name: "CanaryReportTests",
            dependencies: ["CanaryCore", "CanaryReport", "CanaryStatistics", "CanaryTelemetry", "CanaryTestKit"],
            exclude: ["FleetBoard/Golden", "Formats/Golden", "Golden", "Page/Golden", "Past/Golden"]
        ),
        .testTarget(name: "CanaryTransportTests", dependencies: ["CanaryTransport", "CanaryTestKit"]),
        .testTarget(
            name: "CanaryKubernetesTests",
            dependencies: ["CanaryKubernetes", "CanaryTransport", "CanaryYAML", "CanaryTestKit"]
        ),
        .testTarget(
            name: "CanaryJournalTests",
            dependencies: ["CanaryCore", "CanaryJournal", "CanaryTelemetry", "CanaryTestKit"]
        ),
        .testTarget(
            name: "CanarySourcesTests",
            dependencies: [
                "CanaryCore", "CanaryKubernetes", "CanaryQueries", "CanarySimulator", "CanarySources",
                "CanaryTelemetry", "CanaryTransport", "CanaryYAML", "CanaryTestKit",
            ]
        ),
        .testTarget(
            name: "CanaryRoutingTests",
            dependencies: [
                "CanaryCore", "CanaryKubernetes", "CanaryRouting", "CanaryTransport", "CanaryYAML", "CanaryTestKit",
            ],
            resources: [.copy("Fixtures")]
        ),
        .testTarget(
            name: "CanarySimulatorTests",
            dependencies: ["CanarySimulator", "CanaryTelemetry", "CanaryTestKit"]
        ),
        .testTarget(
            name: "CanaryAgentTests",
            dependencies: [
                "CanaryAgent", "CanaryCore", "CanaryJournal", "CanaryKubernetes", "CanaryQueries", "CanaryReport",
                "CanaryRouting", "CanarySimulator", "CanarySources", "CanaryStatistics", "CanaryTelemetry",
                "CanaryTransport", "CanaryYAML", "CanaryTestKit",
            ]
        ),
        .testTarget(
            name: "DeployTests",
            dependencies: ["CanaryTestKit", "CanaryYAML"],
            exclude: ["Cases", "Tools"]
        ),
        .testTarget(
            name: "CommandLineTests",
            dependencies: ["CanaryQueries", "CanaryTestKit"],
            exclude: ["Golden"]
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["CanarySimulator", "CanaryTelemetry", "CanaryTestKit", "CanaryYAML"],
            resources: [.copy("Fixtures")]
        ),
    ],
    swiftLanguageModes: [.v6]
)

// One set of settings for every Swift target.
for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
    ]
}

// Tests check results, not speed: not optimising them saves a fifth of the build. Those of the simulator read pages all day.
for target in package.targets where target.type == .test || target.name == "CanaryTestKit" {
    guard target.name != "CanarySimulatorTests" else { continue }
    target.swiftSettings?.append(.unsafeFlags(["-Onone"]))
}
