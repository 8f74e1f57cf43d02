import type { Envelope } from '@bitabiz/event-contracts';
import { topicOf } from '@bitabiz/event-contracts/topics';
import { Refused } from '@bitabiz/service-kit/refused';
import { helper } from './other.decider.js';

export const decide = (event: Envelope) => [event, topicOf, Refused, helper];
