public import Figures

/// The communities and populations that a pipeline names (`figures.md`, section 1), every form checked.
public struct ReferenceData: Sendable {
    /// The district with its towns and communities.
    public let areas: Areas
    /// The residents of each of them.
    public let population: Population
    /// The bytes of `communities.csv`, for their digest.
    public let communitiesSource: [UInt8]
    /// The bytes of `population.csv`, for their digest.
    public let populationSource: [UInt8]
    /// The days off work; Monday to Friday where the pipeline names no calendar.
    public let holidays: HolidayCalendar
    /// The bytes of the calendar, for their digest; nil where the pipeline names none.
    public let holidaysSource: [UInt8]?
    /// What was passed over, one line each: codes of nobody, further columns.
    public let warnings: [String]
}

extension Pipeline {
    /// Reads the reference data and checks that each code of a target exists in them.
    ///
    /// - Throws: ``PipelineError`` with file and line of the first thing wrong.
    public func reference() throws(PipelineError) -> ReferenceData {
        let communityBytes = try TextFile.read(communities, limit: TextFile.referenceLimit)
        let populationBytes = try TextFile.read(population, limit: TextFile.referenceLimit)
        var holidayBytes: [UInt8]?
        if let holidays { holidayBytes = try TextFile.read(holidays, limit: TextFile.referenceLimit) }
        return try reference(communities: communityBytes, population: populationBytes, holidays: holidayBytes)
    }

    /// Checks the bytes of reference data as if they stood in the pipeline's files.
    func reference(
        communities communityBytes: [UInt8], population populationBytes: [UInt8], holidays holidayBytes: [UInt8]? = nil
    ) throws(PipelineError) -> ReferenceData {
        let (register, communityWarnings) = try CommunitiesFile.read(communityBytes, file: communities, district: district.code)
        let areas: Areas
        do throws(FiguresError) {
            areas = try Areas(districtCode: district.code, districtName: district.name, communities: register)
        } catch {
            // The reader refuses all of this by its line; a rule that only the figures know still is refused, by its file.
            throw .refusedByFigures(file: communities, problem: error.description)
        }
        let (rows, populationWarnings) = try PopulationFile.read(populationBytes, file: population, areas: areas)
        let residents: Population
        do throws(FiguresError) {
            residents = try Population(rows: rows, areas: areas)
        } catch {
            throw .refusedByFigures(file: population, problem: error.description)
        }
        var (calendar, holidayWarnings) = (HolidayCalendar(), [String]())
        if let holidays, let holidayBytes { (calendar, holidayWarnings) = try HolidaysFile.read(holidayBytes, file: holidays) }
        try checkTargets(areas)
        return ReferenceData(
            areas: areas, population: residents, communitiesSource: communityBytes, populationSource: populationBytes,
            holidays: calendar, holidaysSource: holidayBytes, warnings: communityWarnings + populationWarnings + holidayWarnings)
    }

    private func checkTargets(_ areas: Areas) throws(PipelineError) {
        for (target, place) in zip(targets, targetPlaces) {
            guard let code = target.code, areas.number(of: target.level, code: code) == nil else { continue }
            let known = areas.registered(at: target.level).map { areas.all[$0].code }
            throw .invalidValue(
                place, key: "code", value: code, expected: "the code of a \(target.level.name) in \(Echo.plain(communities))",
                nearest: NearestKey.likely(code, in: known))
        }
    }
}

/// What the readers of both files share.
enum ReferenceCell {
    static func isDigits(_ text: String, _ counts: ClosedRange<Int>) -> Bool {
        counts.contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    static func require(
        _ condition: Bool, _ place: FilePlace, _ column: String, _ value: String, _ expected: @autoclosure () -> String
    ) throws(PipelineError) {
        guard condition else { throw .invalidValue(place, key: column, value: value, expected: expected(), nearest: nil) }
    }

    static func otherColumns(_ table: ReferenceTable) -> [String] {
        table.others.filter { !$0.isEmpty }.map { "\(Echo.plain(table.file)): the column \(Echo.quoted($0)) is passed over." }
    }
}
