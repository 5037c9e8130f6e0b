/// Names of profiles: endpoints that the cluster's CanaryPolicy defines, so that a canary need not, or may not, name its own.
enum SpecProfiles {
    /// The profile of `telemetry`; its endpoint is in the tree already if policies were looked at.
    static func read(_ body: SpecReader.Section?, with reader: inout SpecReader) -> String? {
        guard let body, let telemetry = body.node["telemetry"], telemetry.pairs != nil else { return nil }
        let section = SpecReader.Section(path: body.child("telemetry"), node: telemetry)
        check(section, with: &reader)
        return section.node["profile"]?.scalar
    }

    /// Where no policy was looked at, a profile leads nowhere.
    static func check(_ section: SpecReader.Section, with reader: inout SpecReader) {
        guard let name = reader.text(section, "profile", "the name of a profile"), let node = section.node["profile"],
            !reader.tree.hasPolicies, !reader.tree.isPartial
        else { return }
        reader.fail(
            "\(section.path).profile '\(name.prefix(64))' is defined in the cluster's CanaryPolicy, which only the agent reads",
            at: node,
            suggestion:
                "`haldane validate --policy FILE` shows what it gives; a run of one's own needs the endpoint here"
        )
    }
}
