/** A pace as the parts of ui/ take it: its state, and its days rounded to a tenth. */
import type { Shown } from "../ui/pace";
import { type Pace, tenths } from "./rules";

export const shownOf = (pace: Pace): Shown => ({ state: pace.state, paceDays: pace.pace_days ? tenths(pace.pace_days) / 10 : null });
