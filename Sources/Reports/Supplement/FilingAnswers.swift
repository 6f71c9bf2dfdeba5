import Events
import Figures
import Projections

/// A submission for filing against the rule that it is to be answered within so many working days.
struct FilingAnswer: Sendable {
    /// The facility's place in the projection's list.
    let facility: Int
    /// Which of the facility's submissions, from 1.
    let number: Int
    let round: FilingRound
    /// Working days from the day after the submission to the answer, or to D while it is pending; nil where it ended otherwise.
    let workingDays: Int?
    /// Whether the calendar was announced for those days.
    let isCalendarKnown: Bool
    /// Answered within the rule, or not; nil where the time is not over, or where nobody had to answer.
    let isOnTime: Bool?

    /// Waits for an answer longer than the rule allows.
    var isOverdue: Bool { round.ending == nil && isOnTime == false }

    /// Every submission by D, by facility.
    static func all(_ figures: ReportFigures, _ context: ReportContext) -> [FilingAnswer] {
        let asOf = figures.plan.asOf
        var answers: [FilingAnswer] = []
        for (index, facility) in figures.projected.facilities.enumerated() {
            for (place, round) in facility.course.filings.enumerated() {
                let isCounted = round.ending?.isAnswer ?? true
                let end = round.endedOn ?? asOf
                let days = isCounted ? context.holidays.workedDays(after: round.submittedOn, through: end) : nil
                let isOver = days.map { $0 > context.thresholds.answerWorkingDays }
                answers.append(
                    FilingAnswer(
                        facility: index, number: place + 1, round: round, workingDays: days,
                        isCalendarKnown: context.holidays.covers(round.submittedOn, through: end),
                        isOnTime: round.ending == nil && isOver == false ? nil : isOver.map { !$0 }))
            }
        }
        return answers
    }
}

extension Table {
    /// `filings.csv`: every submission for filing, and the working days to its answer.
    static func filings(_ context: ReportContext) -> Table {
        Table(
            "filings", "备案申请与答复", "Submissions and answers",
            columns: [
                Column("facility", .code, "机构编号", "Facility", "The facility's identifier."),
                Column("submission", .integer, "第几次", "Submission", "Which of its submissions, from 1."),
                Column("submitted_on", .date, "提交日", "Submitted on", "The day of the submission."),
                Column(
                    "ending", .word(FilingRound.Ending.allCases.map(\.name)), "结果", "Ending",
                    "accepted, returned to be completed, resubmitted or closed before an answer; empty: pending at D.", mayBeEmpty: true),
                Column("ended_on", .date, "结果日", "Ended on", "The day of the ending.", mayBeEmpty: true),
                Column(
                    "working_days", .integer, "工作日", "Working days",
                    "Working days after the submission up to the answer, or to D while pending; empty where nobody answered.",
                    unit: "days", mayBeEmpty: true),
                Column(
                    "on_time", .flag, "是否按时", "On time",
                    "1: answered within \(context.thresholds.answerWorkingDays) working days; 0: later, or still pending after them; empty: "
                        + "the time is not over, or nobody answered.", mayBeEmpty: true),
                Column(
                    "calendar_known", .flag, "日历已知", "Calendar known",
                    "1: the calendar of holidays covers the years; 0: days were told by the weekday alone."),
            ], key: ["facility", "submission"]
        ) { figures, _, writer in
            for answer in FilingAnswer.all(figures, context) {
                writer.text(figures.projected.facilities[answer.facility].id)
                writer.integer(answer.number)
                writer.day(answer.round.submittedOn)
                writer.text(answer.round.ending?.name)
                writer.day(answer.round.endedOn)
                writer.printed(answer.workingDays.map { Printed(count: Int64($0)) })
                writer.printed(answer.isOnTime.map { Printed(count: $0 ? 1 : 0) })
                writer.integer(answer.isCalendarKnown ? 1 : 0)
                writer.endRow()
            }
        }
    }
}
