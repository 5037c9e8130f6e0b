package import CanaryCore

/// Where a value of a spec came from.
package enum SpecOrigin: Sendable, Hashable, CustomStringConvertible {
    case file(name: String, line: Int, column: Int)
    case builtIn
    /// The whole argument of a `--set`.
    case override(argument: String)
    /// Not written in the canary itself: `object`, `cluster policy`, `inferred from DestinationRule test1/demo4`.
    case cascade(String)

    /// `canary.yaml:12`, `default`, `--set`, `cluster policy (policy.yaml:7)`.
    package var description: String {
        switch self {
        case .file(let name, let line, _): "\(name):\(line)"
        case .builtIn: "default"
        case .override: "--set"
        case .cascade(let words): words
        }
    }
}

/// A spec with the place of each of its values.
package struct DecodedSpec: Sendable {
    package internal(set) var spec: CanarySpec
    /// The canary's own rules of when it may go on; nil if it has none.
    package internal(set) var policy: CanaryPolicy?
    /// The profile of the cluster's policy that the telemetry is from, if one is named.
    package internal(set) var profile: String?
    /// Origins of the values that were given, by path relative to `spec`: `objectives.errors.tolerance`, `steps`,
    /// `telemetry.scrape.targets[0]`, and `metadata.name`. What is missing here is a default.
    package internal(set) var origins: [String: SpecOrigin] = [:]
    /// The places behind `origins`, for later diagnostics.
    var places: [String: YAMLPlace] = [:]
    /// The tree that was decoded, so that overrides go through the same decoder.
    var tree: SpecTree

    /// Where the value at a path came from.
    package func origin(_ path: String) -> SpecOrigin { origins[path] ?? .builtIn }

    /// Whether `metadata.namespace` was written; if not, a route file's document may be in any namespace.
    package var hasNamespace: Bool { origins["metadata.namespace"] != nil }

    /// Which rule of which document this spec is about.
    package var routeSelection: RouteSelection {
        RouteSelection(spec.route, namespace: hasNamespace ? spec.namespace : nil)
    }

    /// The route's file as a path: one that a spec names is relative to the spec's folder, one from `--set` to the
    /// working folder.
    package func routeFile(specFile: String) -> String? {
        spec.route.file.map { path($0, "route.file", specFile) }
    }

    /// The file of `route.settle` as a path, in the same way; nil if it is in a repository that a policy names.
    package func settleFile(specFile: String) -> String? {
        guard let settle = spec.route.settle, settle.repository == nil else { return nil }
        return path(settle.file, "route.settle.file", specFile)
    }

    private func path(_ file: String, _ key: String, _ specFile: String) -> String {
        if case .override = origin(key) { return file }
        guard !file.hasPrefix("/"), let slash = specFile.lastIndex(of: "/") else { return file }
        return specFile[...slash] + file
    }
}
