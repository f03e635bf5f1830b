// The web SDK in a React Native application: what it keeps is in AsyncStorage, and it lets go of its connection when the
// application has been in the background for five minutes.
import 'fast-text-encoding';
import { createAsyncStorage } from '@react-native-async-storage/async-storage';
import { createWebClient } from '@flagstaff/web-sdk';
import { AppState } from 'react-native';

/** Tells the client when somebody looks at the application. */
const lifecycle = {
  subscribe: (onChange) => {
    // The system may end an application in the background at any moment.
    const subscription = AppState.addEventListener('change', (state) => onChange(state === 'active', state === 'background'));
    return () => subscription.remove();
  },
};

/** Answers a client for one context. A MOBILE key is no secret: it reads evaluations of client-available flags only. */
export function createFlags({ url, key, context }) {
  const storage = createAsyncStorage('flagstaff');
  // React Native's fetch has no streams, so that Server-Sent Events would never be whole.
  return createWebClient({ url, key, context, storage, lifecycle, transports: ['websocket', 'poll'] });
}
