// swift-tools-version: 6.2
import PackageDescription

// Measurements of Haldane, apart from the product: `make calibrate` and `make bench`.
//
// Everything of Haldane is `package` access, so this package compiles the modules it measures once more, through the
// links in Sources.
let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    ],
    targets: [
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),

        .target(name: "CanaryQueries", exclude: ["README.md"], resources: [.embedInCode("promql")]),
        .target(name: "CanaryStatistics"),
        .target(name: "CanaryTelemetry"),
        .target(name: "CanaryCore", dependencies: ["CanaryStatistics", "CanaryTelemetry"]),
        .target(name: "CanaryYAML", dependencies: ["CanaryCore", "CanaryTelemetry", "Yams"]),
        .target(
            name: "CanaryReport",
            dependencies: [
                "CanaryCore", "CanaryQueries", "CanaryStatistics", "CanaryTelemetry",
                .product(name: "Mustache", package: "swift-mustache"),
            ]
        ),
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
        .target(
            name: "CanaryTestKit",
            dependencies: ["CanaryCore", "CanaryRouting", "CanarySimulator", "CanaryTelemetry", "CanaryYAML"]
        ),

        .target(name: "Measuring", dependencies: ["CanaryStatistics"]),
        .target(name: "SyntheticTraffic", dependencies: ["CanaryStatistics", "CanaryTelemetry"]),
        .executableTarget(
            name: "calibrate",
            dependencies: ["CanaryCore", "CanaryTelemetry", "Measuring", "SyntheticTraffic"]
        ),
        .executableTarget(
            name: "bench",
            dependencies: [
                "CanaryAgent", "CanaryCore", "CanaryJournal", "CanaryKubernetes", "CanaryQueries", "CanaryRouting",
                "CanarySources", "CanaryStatistics", "CanaryTelemetry", "CanaryTestKit", "CanaryTransport",
                "CanaryYAML", "Measuring",
                "SyntheticTraffic",
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)

// The settings of the product's package.
for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
    ]
}
