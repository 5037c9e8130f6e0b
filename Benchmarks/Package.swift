// swift-tools-version: 6.2
import PackageDescription

// Measurements of Haldane, apart from the product: `make calibrate` and `make bench`.
//
// Everything of Haldane is `package` access, so this package compiles the modules it measures once more, through the
// links in Sources.
let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    targets: [
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),

        .target(name: "CanaryStatistics"),
        .target(name: "CanaryTelemetry"),
        .target(name: "CanaryCore", dependencies: ["CanaryStatistics", "CanaryTelemetry"]),
        .target(name: "CanaryJournal", dependencies: ["CZstd", "CanaryCore", "CanaryTelemetry"]),

        .target(name: "Measuring", dependencies: ["CanaryStatistics"]),
        .target(name: "SyntheticTraffic", dependencies: ["CanaryStatistics", "CanaryTelemetry"]),
        .executableTarget(
            name: "calibrate",
            dependencies: ["CanaryCore", "CanaryTelemetry", "Measuring", "SyntheticTraffic"]
        ),
        .executableTarget(
            name: "bench",
            dependencies: [
                "CanaryCore", "CanaryJournal", "CanaryStatistics", "CanaryTelemetry", "Measuring", "SyntheticTraffic",
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
